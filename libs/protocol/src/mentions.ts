/**
 * The pattern of stored user names. A letter or digit is required because URL parsers remove `.` and `..` from paths, also as
 * `%2E`: requests such as `PUT /api/admin/users/..` would not reach the server.
 */
export const userNamePattern = '^(?=.*[a-z0-9])[a-z0-9._-]{1,32}$';

/** Returns the stored form of a user name: ASCII letters in lower case, everything else unchanged. */
export function foldUserName(typed: string): string {
  return typed.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Code spans and blocks, which cannot contain mentions. */
const code = /```[^]*?```|`[^`\n]+`/g;
/** An `@` within a word does not match, so email addresses are not mentions. A name does not end with punctuation. */
const mention = /(?<![\p{L}\p{N}_@.\/-])@([a-z0-9._-]{0,31}[a-z0-9])(?![\p{L}\p{N}_])/gu;

/** A mention and its position: `text.slice(from, to)` is `@name`. */
export interface Mention {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Returns every `@name` in a text, in order. Does not check that a user of that name exists. */
export function mentionsAt(text: string): Mention[] {
  const withoutCode = text.replace(code, (quoted) => ' '.repeat(quoted.length));
  return Array.from(withoutCode.matchAll(mention), ({ 0: match, 1: name = '', index }) => ({
    name,
    from: index,
    to: index + match.length,
  }));
}

/** Returns the names that a text mentions, without duplicates. */
export function mentionsIn(text: string): string[] {
  return [...new Set(mentionsAt(text).map(({ name }) => name))];
}
