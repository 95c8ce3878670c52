import { texts } from '../texts.ts';

/** As short as a server lets passwords be unless its operator wants more. The server has the last word, on the common ones too. */
const shortestPassword = 8;

/** What is wrong with a new password, as far as the page can tell without asking; undefined where nothing is. */
export function newPasswordTrouble(pwd: string): string | undefined {
  return pwd.length >= shortestPassword ? undefined : texts.password.short;
}
