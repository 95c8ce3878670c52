import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

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
export async function isEasyToGuess(password: string, words: readonly string[] = []): Promise<boolean> {
  const { common, zxcvbn } = await (loading ??= load());
  if (common.has(password.toLowerCase())) return true;
  const start = Array.from(password).slice(0, estimatedChars).join('');
  return zxcvbn.check(start, [...words]).guesses < enoughGuesses;
}

/** Whether a text is one of the passwords that are used most, in any case. */
export async function isCommonPassword(text: string): Promise<boolean> {
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
