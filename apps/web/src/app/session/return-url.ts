/** Where to go after signing in: a path of this app and never another site's, nor the sign-in page itself. */
export function safeReturn(value: unknown): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return '/';
  return /^\/(sign-in|create-account)\b/.test(value) ? '/' : value;
}
