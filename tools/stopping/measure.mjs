/**
 * `npm run measure:stop [-- [--server DIR] [--drain SECONDS]]`: how long the server takes to stop, whatever clients hold open, as a
 * table in Markdown. `--server` measures the API of another checkout. Exits with code 1 if a case exceeds its bound or exits wrongly.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install, node, projectEnv, root } from '../install.mjs';
import { stopCases } from './cases.mjs';
import { measureStop, stopTable } from './stop.mjs';

await install();
// The cases use the global WebSocket, which the project's own Node has.
if (process.env.USHER_STOPPING === undefined) {
  const env = projectEnv({ USHER_STOPPING: '1' });
  process.exit(spawnSync(node, process.argv.slice(1), { stdio: 'inherit', env }).status ?? 1);
}
const { values } = parseArgs({
  options: { server: { type: 'string', default: root }, drain: { type: 'string', default: '1' } },
});
const queue = [...stopCases.entries()];
const rows = [];
async function work() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [index, stopCase] = next;
    rows[index] = await measureStop(resolve(values.server), stopCase, Number(values.drain));
  }
}
await Promise.all([work(), work(), work(), work()]);
process.stdout.write(`${stopTable(rows)}\n`);
const good = rows.every((row, n) => row.ms <= row.boundMs && row.exitCode === (stopCases[n].code ?? 0) && row.closed);
process.exit(good ? 0 : 1);
