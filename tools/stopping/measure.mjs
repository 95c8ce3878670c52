/**
 * `npm run measure:stop [-- [--server DIR] [--drain SECONDS]]`: how long the server takes to stop, whatever clients hold open, as a
 * table in Markdown. `--server` measures the API of another checkout. Exits with code 1 if a case exceeds its bound or exits wrongly.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install, node, projectEnv, root } from '../install.mjs';
import { stopCases } from './cases.mjs';
import { measureStops, stopTable } from './stop.mjs';

await install();
// The cases use the global WebSocket, which the project's own Node has.
if (process.env.USHER_STOPPING === undefined) {
  const env = projectEnv({ USHER_STOPPING: '1' });
  process.exit(spawnSync(node, process.argv.slice(1), { stdio: 'inherit', env }).status ?? 1);
}
const { values } = parseArgs({
  options: { server: { type: 'string', default: root }, drain: { type: 'string', default: '1' } },
});
const rows = await measureStops(resolve(values.server), stopCases, Number(values.drain));
process.stdout.write(`${stopTable(rows)}\n`);
const good = rows.every(
  ({ ms, boundMs, exitCode, closed, fault }, n) =>
    ms <= boundMs && exitCode === (stopCases[n].code ?? 0) && closed && fault === undefined,
);
process.exit(good ? 0 : 1);
