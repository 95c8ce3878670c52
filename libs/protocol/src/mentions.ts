/** What a user may be called: at most 32 of these characters. */
export const userNamePattern = '^[a-z0-9._-]{1,32}$';

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
