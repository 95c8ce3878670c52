import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { HttpProblem } from '../http/http-problem.ts';

/** Maximum characters: enough for passphrases, and bounds the cost of hashing. */
const maxLength = 256;
/** Minimum characters besides the name of the user or product. */
const minBesidesName = 5;
const product = 'usher';

/**
 * The rules for new passwords, after NIST SP 800-63B-4 §3.1.1.2 and OWASP ASVS 5.0 §6.2: a minimum length, and not easy to guess. That
 * excludes common passwords and small changes of them, little more than the name of the user or product, and sequences. There are no
 * composition rules (ASVS 6.2.5). Characters are Unicode code points in NFC.
 *
 * NIST requires 15 characters for a password as the only factor, as here, and 8 with a second factor. The default is 8, because most
 * users expect it. Operators raise it with `PASSWORD_MIN_LENGTH`.
 */
export class PasswordRules {
  readonly #minLength: number;

  /** @param minLength minimum number of characters */
  constructor(minLength: number) {
    this.#minLength = minLength;
  }

  /**
   * Resolves if a new password fulfills the rules.
   *
   * @throws HttpProblem 400 `bad_request` for the length, otherwise `weak_password`. `detail` contains the reason, but never the
   * password.
   */
  async check(password: string, user: string): Promise<void> {
    const normal = normalizePassword(password);
    const length = codePoints(normal).length;
    if (length < this.#minLength || length > maxLength) {
      throw new HttpProblem('bad_request', {
        detail: `password: must have ${this.#minLength} to ${maxLength} characters`,
      });
    }
    const weakness = await weaknessOf(password, user);
    if (weakness !== undefined) throw new HttpProblem('weak_password', { detail: `password: ${weakness}` });
  }
}

/** Returns why a password is easy to guess, as the predicate of a sentence, or `undefined`. */
export async function weaknessOf(typed: string, user: string): Promise<string | undefined> {
  const password = normalizePassword(typed);
  if (isSimpleSequence(password)) return 'is one character repeated, or a plain sequence';
  if (await isEasyToGuess(password, [user, product])) return 'is one of the most common, or a small change of one';
  const besides = withoutNames(password.toLowerCase(), user.toLowerCase());
  if (besides === undefined) return undefined;
  const little =
    codePoints(besides).length < minBesidesName || isSimpleSequence(besides) || (await isCommonPassword(besides));
  return little ? 'is little more than a name' : undefined;
}

/**
 * Removes the names of the user and the product, forwards and backwards, and punctuation around the rest. Returns `undefined` if the
 * password contains no name. Names of one or two letters are part of many words, so only their repetition counts.
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

/** Digits, the alphabet and keyboard rows. Each continues at its start. */
const sequences = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
];

/**
 * Whether a text repeats one character or follows a sequence in either direction, ignoring case. Also `true` for fewer than two
 * characters.
 */
function isSimpleSequence(text: string): boolean {
  const lower = text.toLowerCase();
  const points = codePoints(lower).map((point) => point.codePointAt(0) ?? 0);
  const [first, second] = points;
  if (first === undefined || second === undefined) return true;
  const step = second - first;
  if (Math.abs(step) <= 1 && points.every((point, index) => point === first + index * step)) return true;
  const backwards = String.fromCodePoint(...points.toReversed());
  return sequences.some((sequence) => {
    const repeated = sequence.repeat(Math.ceil(lower.length / sequence.length) + 1);
    return repeated.includes(lower) || repeated.includes(backwards);
  });
}

interface Strength {
  readonly common: ReadonlySet<string>;
  readonly zxcvbn: ZxcvbnFactory;
}

let loading: Promise<Strength> | undefined;

/** Minimum number of guesses: zxcvbn's boundary between the scores 1 and 2. The sign-in throttle makes so many guesses take months. */
const minGuesses = 1e6;
/** Characters that are estimated. The cost grows faster than the length: 30 ms for 32 characters, 400 ms for 256. */
const estimatedChars = 32;

/**
 * Whether a password is one of the 49,000 most common, ignoring case, or a small change of one: changed case, added digits or
 * punctuation, digits for letters, reversed, repeated. Uses the list and the estimate of zxcvbn, which are loaded at the first call.
 *
 * @param password in NFC
 * @param words further words that an attacker tries first, such as the name of the user
 */
async function isEasyToGuess(password: string, words: readonly string[] = []): Promise<boolean> {
  const { common, zxcvbn } = await (loading ??= load());
  if (common.has(password.toLowerCase())) return true;
  const start = Array.from(password).slice(0, estimatedChars).join('');
  return zxcvbn.check(start, [...words]).guesses < minGuesses;
}

/** Whether a text is one of the most common passwords, ignoring case. */
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
