/**
 * `npm run threats [-- ID …]`: takes out each defence of `threats.mjs` in turn and runs the test that is to notice it. A defence whose loss
 * nobody notices fails the run. It works on the checkout itself and puts every file back, also when it is interrupted.
 * `npm run threats -- --table` writes the table into docs/security.md instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, root, run } from '../install.mjs';
import { withThreatTable } from './table.mjs';
import { threats } from './threats.mjs';
import { weaken } from './weaken.mjs';

await install();
const wanted = process.argv.slice(2);
if (wanted.includes('--table')) {
  const document = join(root, 'docs/security.md');
  writeFileSync(document, withThreatTable(readFileSync(document, 'utf8')));
  process.exit(0);
}
const chosen = threats.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
let restore = () => undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    restore();
    process.exit(1);
  });
}

function runTest([folder, test]) {
  const args = ['run', test, '--typecheck.enabled=false', '--reporter=dot', '--bail=1'];
  return run('vitest', args, { cwd: join(root, folder), stdio: 'ignore' });
}

/** A test that fails anyway notices nothing. */
const sound = new Map();
async function isSound(shown) {
  const name = shown.join('/');
  if (!sound.has(name)) sound.set(name, (await runTest(shown)) === 0);
  return sound.get(name);
}

const unnoticed = [];
for (const threat of chosen) {
  const file = join(root, threat.in);
  const whole = readFileSync(file, 'utf8');
  let verdict = 'BROKEN   ';
  if (await isSound(threat.shown)) {
    restore = () => writeFileSync(file, whole);
    writeFileSync(file, weaken(whole, threat));
    try {
      verdict = (await runTest(threat.shown)) === 0 ? 'UNNOTICED' : 'noticed  ';
    } finally {
      restore();
    }
  }
  if (verdict !== 'noticed  ') unnoticed.push(threat.id);
  process.stdout.write(`${verdict} ${threat.id}: ${threat.in} → ${threat.shown.join('/')}\n`);
}
process.stdout.write(`\n${chosen.length - unnoticed.length} passed, ${unnoticed.length} failed\n`);
process.exit(unnoticed.length === 0 ? 0 : 1);
