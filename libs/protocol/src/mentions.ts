/**
 * Names of users as they are stored. A letter or digit is required because URL parsers remove `.` and `..` from paths, also as `%2E`:
 * calls such as `PUT /api/admin/users/..` would not reach the server.
 */
export const userNamePattern = '^(?=.*[a-z0-9])[a-z0-9._-]{1,32}$';

/** The stored form of a name that was typed: ASCII letters in lower case, everything else unchanged. */
export function foldUserName(typed: string): string {
  return typed.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Code is quoted, not said: nobody is called by it. */
const code = /```[^]*?```|`[^`\n]+`/g;
/** No `@` within a word: an address is no mention. What ends a sentence belongs to the sentence. */
const mention = /(?<![\p{L}\p{N}_@.\/-])@([a-z0-9._-]{0,31}[a-z0-9])(?![\p{L}\p{N}_])/gu;

/** A name that a text calls, and where: `text.slice(from, to)` is `@name`. */
export interface Mention {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Every `@name` of a text, from its beginning to its end. Whether somebody is called so is for the caller to know. */
export function mentionsAt(text: string): Mention[] {
  const said = text.replace(code, (quoted) => ' '.repeat(quoted.length));
  return Array.from(said.matchAll(mention), ({ 0: called, 1: name = '', index }) => ({
    name,
    from: index,
    to: index + called.length,
  }));
}

/** The names that a text calls by `@name`, each once. */
export function mentionsIn(text: string): string[] {
  return [...new Set(mentionsAt(text).map(({ name }) => name))];
}
