/**
 * `npm run history-check -- --seed N --seconds S [--runs R] [--sentinel] [--fault NAME …]`: runs the history checker (`e2e/history`).
 * `npm run history-check -- --planted [ID …]`: plants each bug of `planted-bugs.mjs` in turn and runs the checker, which must find it. It edits
 * the checkout in place and restores every file, even when it is interrupted.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, node, projectEnv, root } from '../install.mjs';
import { requirePrograms } from '../programs.mjs';
import { weaken } from '../threats/weaken.mjs';
import plantedBugs from './planted-bugs.mjs';

/** The number of seeds to try, because a run finds a bug only if a fault occurs at the right moment. */
const maxSeeds = 5;

await install();
await requirePrograms(['redis-server']);
const args = process.argv.slice(2);
const [first, ...ids] = args;
process.exit(first === '--planted' ? plantAll(ids) : check(args, 'inherit').status);

function check(options, stdio) {
  const { status, stdout } = spawnSync(node, ['--conditions=@usher/source', 'e2e/history/main.ts', ...options], {
    cwd: root,
    env: projectEnv(),
    encoding: 'utf8',
    stdio: ['ignore', stdio, 'inherit'],
  });
  return { status: status ?? 1, output: stdout ?? '' };
}

/** Returns the exit code: 0 if every bug was found. */
function plantAll(chosen) {
  const unknown = chosen.filter((id) => !plantedBugs.some((bug) => bug.id === id));
  if (unknown.length > 0) {
    process.stderr.write(`unknown bug: ${unknown.join(', ')}; known: ${plantedBugs.map(({ id }) => id).join(', ')}\n`);
    return 2;
  }
  const bugs = plantedBugs.filter(({ id }) => chosen.length === 0 || chosen.includes(id));
  const missed = bugs.filter((bug) => !isFound(bug));
  process.stdout.write(`\n${bugs.length - missed.length} passed, ${missed.length} failed\n`);
  return missed.length === 0 ? 0 : 1;
}

function isFound(bug) {
  const file = join(root, bug.in);
  const whole = readFileSync(file, 'utf8');
  const restore = () => writeFileSync(file, whole);
  // A signal ends the checker, too, so that `spawnSync` returns and the file is restored below.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, restore);
  writeFileSync(file, weaken(whole, bug));
  try {
    for (let seed = 1; seed <= maxSeeds; seed++) {
      const faults = (bug.faults ?? []).flatMap((name) => ['--fault', name]);
      const { output } = check(['--seed', String(seed), '--seconds', '20', ...faults], 'pipe');
      const found = output.split('\n').filter((line) => line.includes(`${bug.rule}:`));
      if (found.length === 0) continue;
      process.stdout.write(`found       ${bug.id}: ${bug.bug}\n  seed ${seed}: ${found.length} × ${found[0].trim()}\n`);
      return true;
    }
  } finally {
    restore();
  }
  process.stdout.write(`NOT FOUND   ${bug.id}: ${bug.bug}\n`);
  return false;
}
