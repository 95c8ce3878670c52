import { expect, test } from 'vitest';
import { parseMarkdown } from './markdown.ts';
import { plainText } from './plain-text.ts';

test.each([
  ['**bold** and *soft*', 'bold and soft'],
  ['see [the docs](https://example.org) now', 'see the docs now'],
  ['`npm ci` first', 'npm ci first'],
  ['> quoted\n\nanswer', 'quoted\nanswer'],
  ['- one\n- two', '• one\n• two'],
  ['2. one\n3. two', '2. one\n3. two'],
  ['```\nlet a;\n\nlet b;\n```\nafter', 'let a;\nlet b;\nafter'],
  ['1 * 2 * 3 <b>no</b>', '1 * 2 * 3 <b>no</b>'],
])('%j is shown as %j', (text, plain) => {
  expect(plainText(parseMarkdown(text))).toBe(plain);
});
