/**
 * `npm run attacks [-- [--server DIR] [NAME …]]`: runs attacks against a real server on loopback and prints what they achieved.
 * Exits with code 1 if an attack exceeded its bound. `--server` attacks the API of another checkout, to compare before and after.
 *
 * Each file in `cases` exports by default `{ title, run(context) }`. `run` resolves to `{ figures, held }`: `figures` is an object of
 * printable values, `held` is whether the server stayed within the documented bounds. `context.start(settings, nodeOptions,
 * openFiles)` starts a server (see `server.mjs`) that is stopped after the case.
 */
import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { install, node, projectEnv, root } from '../install.mjs';
import { startServer } from './server.mjs';

await install();
// The cases use the global WebSocket, which the project's own Node has.
if (process.env.USHER_ATTACKS === undefined) {
  const { status } = spawnSync(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: projectEnv({ USHER_ATTACKS: '1' }),
  });
  process.exit(status ?? 1);
}
const { values, positionals } = parseArgs({
  options: { server: { type: 'string', default: root } },
  allowPositionals: true,
});
const files = globSync('*.mjs', { cwd: join(import.meta.dirname, 'cases') }).sort();
const names = files.map((file) => basename(file, '.mjs'));
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`unknown attack: ${unknown.join(', ')}; known: ${names.join(', ')}\n`);
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const name of positionals.length > 0 ? positionals : names) {
  const { default: attack } = await import(pathToFileURL(join(import.meta.dirname, 'cases', `${name}.mjs`)).href);
  process.stdout.write(`\n${name}: ${attack.title}\n`);
  const servers = [];
  const start = async (...options) => {
    const server = await startServer(resolve(values.server), ...options);
    servers.push(server);
    return server;
  };
  try {
    const { figures, held } = await attack.run({ start });
    for (const [label, value] of Object.entries(figures)) process.stdout.write(`  ${label}: ${value}\n`);
    process.stdout.write(held ? '  within bounds\n' : '  EXCEEDED ITS BOUND\n');
    if (held) passed += 1;
    else failed += 1;
  } catch (error) {
    failed += 1;
    process.stdout.write(`  FAILED: ${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    for (const server of servers) await server.stop();
  }
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
