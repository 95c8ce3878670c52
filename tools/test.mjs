/**
 * `npm test`: everything. Lint, format, types, unused code, units, builds, budgets, then the end-to-end suite, and at the end
 * one line with the sum over all runners. A check that has no tests of its own counts as one.
 */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { browser } from './browser.mjs';
import { projectEnv, root, run } from './install.mjs';
import { pageIsFresh, rememberPage } from './page-build.mjs';

let passed = 0;
let failed = 0;

async function check(name, command, args) {
  process.stdout.write(`\n── ${name}\n`);
  const code = await run(command, args);
  if (code === 0) passed += 1;
  else failed += 1;
  if (code !== 0) process.stdout.write(`── ${name}: FAILED (exit code ${code})\n`);
}

/** Runs a command that writes reports, and adds up what they say. A runner that fails without a failed test counts as one. */
async function tests(name, command, args, reports, count, env) {
  process.stdout.write(`\n── ${name}\n`);
  const code = await run(command, args, { env: projectEnv(env) });
  let here = 0;
  for (const report of reports()) {
    const sums = count(JSON.parse(readFileSync(report, 'utf8')));
    passed += sums.passed;
    failed += sums.failed;
    here += sums.failed;
  }
  if (code !== 0 && here === 0) failed += 1;
}

const units = () =>
  globSync(['{libs,apps}/*/test-results/unit.json', 'tools/test-results/unit.json'], { cwd: root }).map((file) =>
    join(root, file),
  );
const endToEnd = () => [join(root, 'e2e/test-results/report.json')].filter((file) => existsSync(file));
for (const report of [...units(), ...endToEnd()]) rmSync(report);

await check('format', 'prettier', ['--check', '--log-level=warn', '.']);
await check('spelling', 'cspell', ['lint', '--no-progress', '--no-summary', '.']);
await check('commit messages', 'node', ['tools/commits.mjs']);
await check('unused code and dependencies', 'knip', []);
await check('lint, types, builds, budgets', 'nx', [
  'run-many',
  '-t',
  'lint',
  'typecheck',
  'build',
  'size',
  '--output-style=stream',
]);
if (existsSync(join(root, 'apps/web/dist/browser/index.html')) && !pageIsFresh()) rememberPage();
await tests('units', 'nx', ['run-many', '-t', 'test', '--output-style=stream'], units, (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
}));
await tests(
  'end to end',
  'playwright',
  ['test', '--config', 'e2e/playwright.config.ts'],
  endToEnd,
  ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }),
  // Our own packages are resolved to their sources here too.
  { USHER_CHROMIUM: await browser(), NODE_OPTIONS: '--conditions=@usher/source' },
);

process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
