import angular from 'angular-eslint';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { texts } from '../eslint.texts.mjs';

const eslint = new ESLint({
  cwd: new URL('..', import.meta.url).pathname,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
    { files: ['**/*.html'], languageOptions: { parser: angular.templateParser } },
    ...texts,
  ],
});

async function complaints(name, text) {
  const [result] = await eslint.lintText(text, { filePath: `apps/web/src/app/${name}` });
  return result.messages.map(({ message }) => message);
}

test.each([
  'Hello',
  '<b>Hello {{ name() }}</b>',
  '{{ found() ? "found" : "" }}',
  '<p title="Hello"></p>',
  '<input placeholder="Name" />',
  '<p aria-label="Hello"></p>',
  '<p aria-label="Hello {{ name() }}"></p>',
  `<p [attr.aria-label]="'Hello'"></p>`,
])('lint rejects text in a template: %s', async (text) => {
  expect(await complaints('x.html', text)).not.toEqual([]);
});

test.each([
  '<b class="name">{{ texts.name }}: {{ name() }}</b>',
  '{{ search() === "all" ? "" : found() }}',
  '<p [title]="texts.name" role="status">·</p>',
])('lint allows values from the texts: %s', async (text) => {
  expect(await complaints('x.html', text)).toEqual([]);
});

const inRoom = (property) => complaints('texts/new-room.ts', `export const newRoomTexts = { ${property} } as const;`);

test.each([
  "join: 'Join'",
  'join: (n: string) => `Join ${n}`',
  'join: $localize`Join`',
  'join: $localize`:@@room.join:Join`',
  'join: $localize`:@@newRoom.leave:Join`',
  'join: (n: string) => $localize`:@@newRoom.join:Join ${n}`',
  'join: $localize`:@@newRoom.join:Join`, more: { join: $localize`:@@newRoom.join:Join` }',
])('lint rejects anything but a message under its own path: %s', async (property) => {
  expect(await inRoom(property)).not.toEqual([]);
});

test.each([
  "key: '⌘'",
  'count: (n: string) => `@${n}`',
  'join: $localize`:@@newRoom.join:Join`',
  'join: (n: string) => $localize`:@@newRoom.join:Join ${n}:title:!`',
  'question: { yes: $localize`:@@newRoom.question.yes:Join` }',
  'count: (n: number) => plural(n, { one: $localize`:@@newRoom.count.first.one:${n}:count: room` })',
])('lint allows a message under its own path: %s', async (property) => {
  expect(await inRoom(property)).toEqual([]);
});
