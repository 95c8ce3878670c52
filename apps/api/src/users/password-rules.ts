import { HttpProblem } from '../http/http-problem.ts';
import { codePoints } from './code-points.ts';
import { normalPassword } from './normal-password.ts';
import { isCommonPassword, isEasyToGuess } from './password-strength.ts';
import { isPlainSequence } from './plain-sequence.ts';

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
      const normal = normalPassword(password);
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
  const password = normalPassword(typed);
  if (isPlainSequence(password)) return 'is one character repeated, or a plain sequence';
  if (await isEasyToGuess(password, [user, product])) return 'is one of the most common, or a small change of one';
  const besides = withoutNames(password.toLowerCase(), user.toLowerCase());
  if (besides === undefined) return undefined;
  const little =
    codePoints(besides).length < enoughBesides || isPlainSequence(besides) || (await isCommonPassword(besides));
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
