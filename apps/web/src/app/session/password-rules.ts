import { passwordTexts } from '../texts/session.ts';
import { problemCode, wordsFor } from './http-words.ts';

/** The default minimum length in code points; an operator can require more. */
const shortestPassword = 8;

/** Returns the error of a new password that can be found without a request, or undefined. */
export function newPasswordTrouble(pwd: string): string | undefined {
  const { length } = Array.from(pwd.normalize('NFC'));
  return length >= shortestPassword ? undefined : passwordTexts.short;
}

/** Returns the server's error about a new password, or undefined if the error is about something else. */
export function newPasswordRefusal(error: unknown): string | undefined {
  const code = problemCode(error);
  // The rest of the form was validated before the request, so this is a minimum length that the operator configured.
  if (code === 'bad_request') return passwordTexts.longer;
  return code === 'weak_password' ? wordsFor(error) : undefined;
}
