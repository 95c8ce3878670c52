/** Normalizes a user name like the server: trimmed, in lower case. */
export function userNameOf(typed: string): string {
  return typed.trim().toLowerCase();
}

/** Returns the URL to open after sign-in: a path of this app, never of another site, and never a sign-in page. */
export function safeReturn(value: unknown): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return '/';
  return /^\/(sign-in|create-account)\b/.test(value) ? '/' : value;
}
