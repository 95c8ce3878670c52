/** Normalizes a user name like the server: trimmed, in lower case. */
export function userNameOf(typed: string): string {
  return typed.trim().toLowerCase();
}
