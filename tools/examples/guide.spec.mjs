import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../install.mjs';
import { countLines, linesInTable, programsIn, programsOfGuide } from './guide.mjs';

test('the guide from-socket-io states the sizes of its programs', () => {
  const programs = programsOfGuide();
  const sizes = (name) => ['mjs', 'ts'].map((extension) => countLines(programs.get(`${name}.${extension}`)));
  expect(linesInTable()).toEqual({ server: sizes('server'), client: sizes('client') });
});

test('the README states the size of its programs, which together have at most 30 lines', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const programs = programsIn(readme);
  const server = countLines(programs.get('server/server.ts'));
  const app = countLines(programs.get('web/src/app/app.ts'));
  expect(readme).toContain(`This is ${server + app} lines of code: ${server} on the server, ${app} in the app.`);
  expect(server + app).toBeLessThanOrEqual(30);
});
