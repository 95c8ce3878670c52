/**
 * `npm test`: runs every check (format, spelling, lint, types, unused code, builds, budgets), the unit tests and the end-to-end suite.
 * At the end it repeats the name and the error of everything that failed. The last line is the total of all runners. A check without
 * tests counts as one.
 */
import { existsSync, globSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { browser } from './browser.mjs';
import { projectEnv, root, run } from './install.mjs';
import { pageIsFresh, rememberPage } from './page-build.mjs';
import { requirePrograms } from './programs.mjs';

const memoryDisk = '/dev/shm';
/** The suites need less than 1 GiB at a time. */
const memoryDiskMinBytes = 8 * 1024 ** 3;

/**
 * The folder for the temporary files of the tests: databases, browser profiles and packed archives. In memory they take less CPU time than on
 * a disk.
 */
if (existsSync(memoryDisk) && process.env.TMPDIR === undefined) {
  const { bavail, bsize } = statfsSync(memoryDisk);
  if (Math.min(bavail * bsize, freemem()) >= memoryDiskMinBytes) process.env.TMPDIR = memoryDisk;
}

let passed = 0;
let failed = 0;
/** One entry per failure, with the first lines of its error. */
const failures = [];

/** Runs checks at the same time, each given as its name, command and arguments. */
async function check(...checks) {
  process.stdout.write(`\n── ${checks.map(([name]) => name).join(', ')}\n`);
  const codes = await Promise.all(checks.map(([, command, args]) => run(command, args)));
  codes.forEach((code, index) => {
    if (code === 0) passed += 1;
    else {
      failed += 1;
      failures.push(`${checks[index][0]} (exit code ${code})`);
    }
  });
}

/** Runs a test command and adds the results in its JSON reports to the total. A runner that fails without a failed test counts as one. */
async function tests(name, command, args, reports, count, env) {
  process.stdout.write(`\n── ${name}\n`);
  const code = await run(command, args, { env: projectEnv(env) });
  let failedHere = 0;
  for (const report of reports()) {
    const sums = count(JSON.parse(readFileSync(report, 'utf8')));
    passed += sums.passed;
    failed += sums.failed;
    failedHere += sums.failed;
    failures.push(...sums.failures);
  }
  if (code !== 0 && failedHere === 0) {
    failed += 1;
    failures.push(`${name} (exit code ${code})`);
  }
}

/** @returns the first lines of an error, without terminal colors */
const excerpt = (message) =>
  stripVTControlCharacters(message ?? '')
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line}`)
    .join('\n');

const unitResults = (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  failures: report.testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message ? [`${relative(root, name)}\n${excerpt(message)}`] : []),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${relative(root, name)} › ${fullName}\n${excerpt(failureMessages[0])}`),
  ]),
});

const endToEndResults = ({ stats, suites }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky,
  failures: suites.flatMap(failedSpecs),
});

function failedSpecs({ specs, suites = [] }) {
  return [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ file, line, title, tests: [test] }) => {
        const error = test?.results.flatMap(({ errors }) => errors)[0];
        return `e2e/stories/${file}:${line} › ${title}\n${excerpt(error?.message)}`;
      }),
    ...suites.flatMap(failedSpecs),
  ];
}

const units = () =>
  globSync(['{libs,apps}/*/test-results/unit.json', '{e2e,tools}/test-results/unit.json'], { cwd: root }).map((file) =>
    join(root, file),
  );
const endToEnd = () => [join(root, 'e2e/test-results/report.json')].filter((file) => existsSync(file));
for (const report of [...units(), ...endToEnd()]) rmSync(report);

await check(
  ['format', 'prettier', ['--check', '--log-level=warn', '.']],
  ['spelling', 'cspell', ['lint', '--no-progress', '--no-summary', '.']],
  ['commit messages', 'node', ['tools/commits.mjs']],
  ['unused code and dependencies', 'knip', []],
);
const targets = ['lint-all', 'typecheck', 'build', 'size', 'api'];
await check([
  'lint, types, builds, budgets, public APIs',
  'nx',
  ['run-many', '--output-style=stream', ...targets.flatMap((target) => ['-t', target])],
]);
if (existsSync(join(root, 'apps/web/dist/browser/index.html')) && !pageIsFresh()) rememberPage();
await requirePrograms(['redis-server', 'nginx', 'haproxy', 'openssl', 'prometheus', 'promtool']);
await tests('units', 'nx', ['run-many', '-t', 'test', '--output-style=stream'], units, unitResults);
await tests(
  'end to end',
  'playwright',
  ['test', '--config', 'e2e/playwright.config.ts'],
  endToEnd,
  endToEndResults,
  // Resolve workspace packages to their sources, as in the unit tests.
  { USHER_CHROMIUM: await browser(), NODE_OPTIONS: '--conditions=@usher/source' },
);

if (failures.length > 0) process.stdout.write(`\n── failed\n\n${failures.join('\n\n')}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
