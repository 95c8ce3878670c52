/** A word of a search: letters, digits, private-use characters, and their combining marks. Everything else separates words. */
const wordPattern = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;

/** Returns the words of a text in lower case, in order. */
export function wordsIn(text: string): readonly string[] {
  return text.toWellFormed().toLowerCase().match(wordPattern) ?? [];
}

/** Removes the accents of a word, so that "Crème" is found as "creme". */
export function withoutAccents(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '');
}
