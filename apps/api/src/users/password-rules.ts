import { HttpProblem } from '../http/http-problem.ts';
import { codePoints } from './code-points.ts';
import { isCommonPassword } from './common-passwords.ts';
import { normalPassword } from './normal-password.ts';
import { isPlainSequence } from './plain-sequence.ts';

/** Long enough for every passphrase, and short enough that nobody makes the server hash a book. */
const longest = 256;
/** So much besides a name makes it more than that name. */
const enoughBesides = 5;
const product = 'usher';

export interface PasswordRules {
  /**
   * Lets a new password pass that is long enough and not easy to guess.
   *
   * @throws HttpProblem 400 `bad_request` for its length, `weak_password` for what it is; `detail` says why, in words for a
   * developer, and never repeats it.
   */
  check(password: string, user: string): Promise<void>;
}

/**
 * What a new password has to be, after NIST SP 800-63B-4 §3.1.1.2: long, of any characters at all, and none that is guessed first:
 * no common one, no name of the user or of the product with a little around it, no sequence. Nothing is asked of its
 * composition. Characters are Unicode code points in NFC.
 *
 * Revision 4 wants 15 characters where the password is the only factor, as it is here, and 8 beside a second one. The default is
 * the shorter one, so that nobody is sent away by surprise: the operator raises it with `PASSWORD_MIN_LENGTH`.
 */
export function createPasswordRules(shortest: number): PasswordRules {
  return {
    async check(password, user) {
      const normal = normalPassword(password);
      const length = codePoints(normal).length;
      if (length < shortest || length > longest) {
        throw new HttpProblem('bad_request', { detail: `password: wants ${shortest} to ${longest} characters` });
      }
      const weakness = await weaknessOf(normal, user);
      if (weakness !== undefined) throw new HttpProblem('weak_password', { detail: `password: ${weakness}` });
    },
  };
}

async function weaknessOf(password: string, user: string): Promise<string | undefined> {
  if (isPlainSequence(password)) return 'is one character repeated, or a plain sequence';
  if (await isCommonPassword(password)) return 'is one of the most common';
  const besides = withoutNames(password.toLowerCase(), user.toLowerCase());
  if (besides === undefined) return undefined;
  const little =
    codePoints(besides).length < enoughBesides || isPlainSequence(besides) || (await isCommonPassword(besides));
  return little ? 'is little more than a name' : undefined;
}

/**
 * What is left without the names of the user and of the product, forwards and backwards, and without signs around it; `undefined`
 * where none of them is in it. A name of one or two letters is in half of all words: of such a one only the repetition counts.
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
