import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { boundaries } from '../eslint.boundaries.mjs';

const eslint = new ESLint({
  cwd: new URL('..', import.meta.url).pathname,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...boundaries],
});

async function complaints(filePath, specifier) {
  const [result] = await eslint.lintText(`import '${specifier}';\n`, { filePath });
  return result.messages.map((message) => message.message);
}

test.each([
  ['libs/protocol/src/x.ts', '@usher/client'],
  ['libs/protocol/src/x.ts', 'rxjs'],
  ['libs/protocol/src/x.ts', '@usher/chat-api'],
  ['libs/chat-api/src/x.ts', '@usher/ticket'],
  ['libs/chat-api/src/x.ts', 'typebox'],
  ['libs/client/src/x.ts', '@usher/chat-api'],
  ['libs/ticket/src/x.ts', '@usher/realtime'],
  ['libs/realtime/src/x.ts', '@usher/ticket'],
  ['libs/realtime/src/x.ts', 'fastify'],
  ['libs/realtime/src/x.ts', '@fastify/websocket'],
  ['libs/client/src/x.ts', '@usher/angular'],
  ['libs/client/src/x.ts', '@angular/core'],
  ['libs/angular/src/x.ts', '@usher/web'],
  ['apps/api/src/x.ts', '@usher/client'],
  ['apps/web/src/app/x.ts', '@usher/realtime'],
  ['apps/web/src/app/x.ts', '@usher/api'],
  ['e2e/x.ts', '@usher/ticket'],
  ['apps/bench/src/x.ts', '@usher/realtime'],
  ['apps/api/src/x.ts', '../../../libs/ticket/src/redact.ts'],
  ['libs/ticket/src/x.ts', '../../realtime/src/connections/frame.ts'],
  ['apps/api/src/x.ts', '@usher/ticket/src/redact.ts'],
  ['apps/api/src/x.ts', '@usher/chat-api/src/schemas.ts'],
])('lint forbids %s to import %s', async (file, specifier) => {
  expect(await complaints(file, specifier)).not.toEqual([]);
});

test.each([
  ['libs/protocol/src/x.ts', 'typebox/compile'],
  ['libs/ticket/src/x.ts', '@usher/protocol'],
  ['libs/chat-api/src/x.ts', '@usher/protocol/server'],
  ['libs/angular/src/x.ts', '@usher/client'],
  ['apps/api/src/routes/x.ts', '../users.ts'],
  ['apps/api/src/x.ts', '@usher/ticket/fastify'],
  ['apps/api/src/x.ts', '@usher/chat-api/server'],
  ['apps/web/src/app/x.ts', '@usher/angular'],
  ['apps/web/src/app/x.ts', '@usher/chat-api'],
])('lint allows %s to import %s', async (file, specifier) => {
  expect(await complaints(file, specifier)).toEqual([]);
});
