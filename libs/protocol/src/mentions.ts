/** What a user may be called: at most 32 of these characters. */
export const userNamePattern = '^[a-z0-9._-]{1,32}$';

/** Code is quoted, not said: nobody is called by it. */
const code = /```[^]*?```|`[^`\n]+`/g;
/** No `@` within a word: an address is no mention. What ends a sentence belongs to the sentence. */
const mention = /(?<![\p{L}\p{N}_@.\/-])@([a-z0-9._-]{0,31}[a-z0-9])(?![\p{L}\p{N}_])/gu;

/** The names that a text calls by `@name`, each once. Whether somebody is called so is for the caller to know. */
export function mentionsIn(text: string): string[] {
  const said = text.replace(code, ' ');
  return [...new Set(Array.from(said.matchAll(mention), ([, name = '']) => name))];
}
