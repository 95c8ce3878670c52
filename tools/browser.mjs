/** Finds or installs the Chromium for the end-to-end tests. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fail, run } from './install.mjs';

/** The headless shell comes first: it has the same engine and costs about 20 % less. */
const knownPaths = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function playwrightPath() {
  try {
    const script = "import('playwright-core').then(({chromium}) => process.stdout.write(chromium.executablePath()))";
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

function find() {
  const named = process.env.USHER_CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : fail(`invalid USHER_CHROMIUM: ${named} does not exist.`);
  return [...knownPaths, playwrightPath()].find((path) => path !== undefined && existsSync(path));
}

/** Resolves to the path of a Chromium. Installs one if possible; otherwise prints what to install and ends the process. */
export async function browser() {
  const installed = find();
  if (installed !== undefined) return installed;
  const quiet = { stdio: ['ignore', 'ignore', 2] };
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('Installing Chromium (apt-get) …\n');
    await run('apt-get', ['-qq', 'update'], quiet);
    await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'chromium-headless-shell'], quiet);
  } else {
    process.stderr.write("Installing Chromium (Playwright's own) …\n");
    await run('playwright', ['install', 'chromium'], quiet);
  }
  return (
    find() ??
    fail(
      'No Chromium found. Install one (Debian: apt-get install chromium-headless-shell) or set USHER_CHROMIUM to its path.',
    )
  );
}
