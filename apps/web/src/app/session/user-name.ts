/** A typed user name as the server stores it: without spaces around it, in lower case. */
export function userNameOf(typed: string): string {
  return typed.trim().toLowerCase();
}
