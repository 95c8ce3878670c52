/**
 * `npm run threats [-- ID …]`: removes each defense in `threats.mjs` in turn and runs the test that must fail without it. The run fails if a test
 * still passes. It edits the checkout in place and restores every file, even when it is interrupted.
 * `npm run threats -- --table` writes the table into docs/security.md instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, root, run } from '../install.mjs';
import { withThreatTable } from './table.mjs';
import { threats } from './threats.mjs';
import { weaken } from './weaken.mjs';

await install();
const ids = process.argv.slice(2);
if (ids.includes('--table')) {
  const document = join(root, 'docs/security.md');
  writeFileSync(document, withThreatTable(readFileSync(document, 'utf8')));
  process.exit(0);
}
const chosen = threats.filter(({ id }) => ids.length === 0 || ids.includes(id));
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

/** A test must pass with the defense in place; otherwise its failure proves nothing. */
const unchanged = new Map();
async function passesUnchanged(shown) {
  const name = shown.join('/');
  if (!unchanged.has(name)) unchanged.set(name, (await runTest(shown)) === 0);
  return unchanged.get(name);
}

const undetected = [];
for (const threat of chosen) {
  const file = join(root, threat.in);
  const whole = readFileSync(file, 'utf8');
  let outcome = 'BROKEN    ';
  if (await passesUnchanged(threat.shown)) {
    restore = () => writeFileSync(file, whole);
    writeFileSync(file, weaken(whole, threat));
    try {
      outcome = (await runTest(threat.shown)) === 0 ? 'UNDETECTED' : 'detected  ';
    } finally {
      restore();
    }
  }
  if (outcome !== 'detected  ') undetected.push(threat.id);
  process.stdout.write(`${outcome} ${threat.id}: ${threat.in} → ${threat.shown.join('/')}\n`);
}
process.stdout.write(`\n${chosen.length - undetected.length} passed, ${undetected.length} failed\n`);
process.exit(undetected.length === 0 ? 0 : 1);
