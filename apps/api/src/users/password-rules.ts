import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { HttpProblem } from '../http/http-problem.ts';

/** Long enough for every passphrase, and short enough to bound the work of hashing. */
const longest = 256;
/** A password with so many characters besides a name is more than that name. */
const enoughBesides = 5;
const product = 'usher';

export interface PasswordRules {
  /**
   * Resolves if a new password is long enough and not easy to guess.
   *
   * @throws HttpProblem 400 `bad_request` for its length, otherwise `weak_password`. `detail` says why, for a developer, and never
   * repeats the password.
   */
  check(password: string, user: string): Promise<void>;
}

/**
 * The requirements for a new password, after NIST SP 800-63B-4 §3.1.1.2 and OWASP ASVS 5.0 §6.2: a minimum length, any characters,
 * and not easy to guess: not a common password or a small change of one, not the name of the user or the product with little around
 * it, not a sequence. There are no composition rules (ASVS 6.2.5). Characters are Unicode code points in NFC.
 *
 * Revision 4 requires 15 characters where the password is the only factor, as here, and 8 beside a second factor. The default is the
 * shorter one, because most people expect it. Operators raise it with `PASSWORD_MIN_LENGTH`.
 */
export function createPasswordRules(shortest: number): PasswordRules {
  return {
    async check(password, user) {
      const normal = normalizePassword(password);
      const length = codePoints(normal).length;
      if (length < shortest || length > longest) {
        throw new HttpProblem('bad_request', { detail: `password: wants ${shortest} to ${longest} characters` });
      }
      const weakness = await weaknessOf(password, user);
      if (weakness !== undefined) throw new HttpProblem('weak_password', { detail: `password: ${weakness}` });
    },
  };
}

/** Why a password is easy to guess, as the end of a sentence. `undefined` if it is not. */
export async function weaknessOf(typed: string, user: string): Promise<string | undefined> {
  const password = normalizePassword(typed);
  if (isSimpleSequence(password)) return 'is one character repeated, or a plain sequence';
  if (await isEasyToGuess(password, [user, product])) return 'is one of the most common, or a small change of one';
  const besides = withoutNames(password.toLowerCase(), user.toLowerCase());
  if (besides === undefined) return undefined;
  const little =
    codePoints(besides).length < enoughBesides || isSimpleSequence(besides) || (await isCommonPassword(besides));
  return little ? 'is little more than a name' : undefined;
}

/**
 * The rest of a password without the names of the user and of the product, forwards and backwards, and without signs around the
 * rest. `undefined` if it contains none of them. A name of one or two letters is part of many words, so only its repetition counts.
 */
function withoutNames(password: string, user: string): string | undefined {
  if (password.replaceAll(user, '') === '') return '';
  const names = [user, ...user.split(/[._-]+/), product].filter((name) => name.length > 2);
  const rest = names.reduce((left, name) => left.replaceAll(name, '').replaceAll(backwards(name), ''), password);
  return rest === password ? undefined : rest.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}

function backwards(name: string): string {
  return codePoints(name).toReversed().join('');
}

/**
 * Normalizes a password to NFC (NIST SP 800-63B-4 §3.1.1.2), because keyboards send `é` as one code point or as two.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/** The Unicode code points of a text, which count as its characters. */
function codePoints(text: string): readonly string[] {
  return Array.from(text);
}

/** What fingers run along. Each goes round: after its end it begins anew. */
const runs = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
];

/**
 * Whether a text is one character repeated, or goes up or down an alphabet, the digits or a row of a keyboard, in any case. One of
 * a single character, or of none, does.
 */
function isSimpleSequence(text: string): boolean {
  const lower = text.toLowerCase();
  const points = codePoints(lower).map((point) => point.codePointAt(0) ?? 0);
  const [first, second] = points;
  if (first === undefined || second === undefined) return true;
  const step = second - first;
  if (Math.abs(step) <= 1 && points.every((point, index) => point === first + index * step)) return true;
  const backwards = String.fromCodePoint(...points.toReversed());
  return runs.some((run) => {
    const round = run.repeat(Math.ceil(lower.length / run.length) + 1);
    return round.includes(lower) || round.includes(backwards);
  });
}

interface Strength {
  readonly common: ReadonlySet<string>;
  readonly zxcvbn: ZxcvbnFactory;
}

let loading: Promise<Strength> | undefined;

/** Guesses that the limits on sign-in do not stop within months: zxcvbn's own boundary between a score of 1 and of 2. */
const enoughGuesses = 1e6;
/** The estimate takes time that grows faster than the length: up to 30 ms for so many characters, 400 ms for 256. */
const estimatedChars = 32;

/**
 * Whether a password is one of some 49,000 that are used most, in any case, or a small change of one: other letters in upper case,
 * digits or signs at its ends, digits for letters, backwards, repeated. The list and the estimate are those of zxcvbn.
 * They are loaded at the first call.
 *
 * @param password in NFC
 * @param words that an attacker tries first as well, such as the name of the user
 */
async function isEasyToGuess(password: string, words: readonly string[] = []): Promise<boolean> {
  const { common, zxcvbn } = await (loading ??= load());
  if (common.has(password.toLowerCase())) return true;
  const start = Array.from(password).slice(0, estimatedChars).join('');
  return zxcvbn.check(start, [...words]).guesses < enoughGuesses;
}

/** Whether a text is one of the passwords that are used most, in any case. */
async function isCommonPassword(text: string): Promise<boolean> {
  const { common } = await (loading ??= load());
  return common.has(text.toLowerCase());
}

async function load(): Promise<Strength> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return {
    common: new Set(dictionary['passwords-common']),
    zxcvbn: new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs }),
  };
}
