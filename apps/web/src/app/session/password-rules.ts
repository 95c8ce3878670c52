import { passwordTexts } from '../texts/password.ts';
import { problemCode, wordsFor } from './http-words.ts';

/** As short as a server lets passwords be unless its operator wants more, in code points. */
const shortestPassword = 8;

/** What is wrong with a new password, as far as the page can tell without asking; undefined where nothing is. */
export function newPasswordTrouble(pwd: string): string | undefined {
  const { length } = Array.from(pwd.normalize('NFC'));
  return length >= shortestPassword ? undefined : passwordTexts.short;
}

/** What the server has against a new password, in words for its field; undefined where it is about something else. */
export function newPasswordRefusal(error: unknown): string | undefined {
  const code = problemCode(error);
  // All else that can be wrong with the form is checked before it is sent: this is a length that only the operator knows.
  if (code === 'bad_request') return passwordTexts.longer;
  return code === 'weak_password' ? wordsFor(error) : undefined;
}
