/** Characters of a title after normalization, in code points. */
const longest = 80;
/** Controls change how a terminal or a log shows a title, and directional formatting makes it read in another order (UTS 55 §4). */
const forbidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
/** Everything without a visible shape of its own: default-ignorable characters, marks, spaces, the blank Braille pattern. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{M}\p{Z}\p{C}\u2800]/gu;

/**
 * The form in which a title is stored: NFC, without white space around it, and with single spaces inside.
 *
 * @throws RangeError that says what is wrong with the title, without repeating it.
 */
export function normalTitle(title: string): string {
  const normal = title
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ');
  if (forbidden.test(normal)) throw new RangeError('must not contain control or bidirectional formatting characters');
  if (normal.replace(invisible, '') === '') throw new RangeError('must have a visible character');
  if (Array.from(normal).length > longest) throw new RangeError(`must have at most ${longest} characters`);
  return normal;
}

/**
 * The form in which a title is unique among public rooms: titles that look the same have the same key. Case, invisible characters,
 * compatibility forms such as full-width letters, and Cyrillic and Greek letters within Latin words make no difference.
 *
 * Keys are stored: a change of this function needs a migration.
 */
export function titleKey(title: string): string {
  return title
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{C}\u2800]/gu, '')
    .replace(/[\p{L}\p{M}]+/gu, (word) => (mixesScripts(word) ? withLatinLookalikes(word) : word))
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Z}+/gu, ' ')
    .trim();
}

function mixesScripts(word: string): boolean {
  return /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}|\p{Script=Greek}/u.test(word);
}

/** Cyrillic and Greek letters, each followed by the Latin letter that it looks like (from the confusables of UTS 39). */
const lookalikes = new Map(
  (
    'аa еe оo рp сc уy хx іi јj ѕs һh ӏl ԁd ԛq ԝw АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ' +
    'αa νv οo ρp υu ιi ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX'
  )
    .split(' ')
    .map(([letter = '', latin = '']) => [letter, latin]),
);

function withLatinLookalikes(word: string): string {
  return Array.from(word, (letter) => lookalikes.get(letter) ?? letter).join('');
}
