import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, onTestFinished, test } from 'vitest';
import { boundaries } from '../eslint.boundaries.mjs';
import { cyclesOf, folderGraph } from './folder-cycles.mjs';

const root = new URL('..', import.meta.url).pathname;

const eslint = new ESLint({
  cwd: root,
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
  ['libs/chat-api/src/x.ts', '@usher/operator-api'],
  ['libs/client/src/x.ts', '@usher/chat-api'],
  ['libs/ticket/src/x.ts', '@usher/realtime'],
  ['libs/realtime/src/x.ts', '@usher/ticket'],
  ['libs/ticket/src/x.ts', '@usher/server'],
  ['libs/realtime/src/x.ts', '@usher/server'],
  ['libs/server/src/x.ts', '@usher/client'],
  ['libs/server/src/x.ts', 'kysely'],
  ['libs/cli/src/x.ts', '@usher/client'],
  ['libs/cli/src/x.ts', 'fastify'],
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
  ['libs/operator-api/src/x.ts', '@usher/chat-api/server'],
  ['libs/server/src/x.ts', '@usher/ticket/node'],
  ['libs/server/src/x.ts', '@usher/realtime/rooms'],
  ['libs/cli/src/x.ts', 'ws'],
  ['libs/cli/src/x.ts', 'node:http'],
  ['libs/angular/src/x.ts', '@usher/client'],
  ['apps/api/src/routes/x.ts', '../users.ts'],
  ['apps/api/src/x.ts', '@usher/ticket/fastify'],
  ['apps/api/src/x.ts', '@usher/server'],
  ['apps/api/src/x.ts', '@usher/chat-api/server'],
  ['apps/web/src/app/x.ts', '@usher/angular'],
  ['apps/web/src/app/x.ts', '@usher/chat-api'],
])('lint allows %s to import %s', async (file, specifier) => {
  expect(await complaints(file, specifier)).toEqual([]);
});

/** Imports to remove. They close cycles in projects whose folders are being moved. */
const temporaryExceptions = {
  'apps/api': [
    'src/auth → src/users',
    'src/config → src/database',
    'src/database → src/rooms',
    'src/http → src/metrics.ts',
    'src/users → src/rooms',
  ],
  'apps/bench': ['src/profile → src/report', 'src/load → src/measurement.ts', 'src/load → src/measurements'],
  'apps/web': ['src/app/session → src/app/rooms', 'src/app/rooms/text → src/app/rooms'],
};

const projects = globSync(['{libs,apps}/*/project.json', '{e2e,examples,tools}/project.json'], { cwd: root }).map(
  dirname,
);

test.each(projects.toSorted())('the folders of %s import each other without a cycle', (project) => {
  expect(cyclesOf(folderGraph(join(root, project)), temporaryExceptions[project])).toEqual([]);
});

/** Writes files into a temporary folder and returns the cycles of its folders. */
function cyclesIn(files) {
  const folder = mkdtempSync(join(tmpdir(), 'folders-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return cyclesOf(folderGraph(folder));
}

test('a cycle between folders is named by its imports, with type imports and re-exports', () => {
  const files = {
    'src/rooms/rooms.ts': `import { list } from '../presence/list.ts';`,
    'src/presence/list.ts': `export * from '../bus/bus.ts';`,
    'src/bus/bus.ts': `import type { Room } from '../rooms/room-types.ts';`,
    'src/index.ts': `export { rooms } from './rooms/rooms.ts';`,
  };
  expect(cyclesIn(files)).toHaveLength(1);
  expect(cyclesIn(files).flat().toSorted()).toEqual([
    'src/bus/bus.ts imports src/rooms/room-types.ts',
    'src/presence/list.ts imports src/bus/bus.ts',
    'src/rooms/rooms.ts imports src/presence/list.ts',
  ]);
});

test('files of one folder may import each other, and specs may import any folder', () => {
  expect(
    cyclesIn({
      'src/rooms/rooms.ts': `import { room } from './room.ts';\nimport { list } from '../presence/list.ts';`,
      'src/rooms/room.ts': `import { rooms } from './rooms.ts';`,
      'src/presence/list.ts': '',
      'src/presence/list.spec.ts': `import { rooms } from '../rooms/rooms.ts';`,
    }),
  ).toEqual([]);
});
