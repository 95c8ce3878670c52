/** The Redis that the unit tests start: one that is installed, or one that can be installed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fail, run } from './install.mjs';

function isInstalled() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Installs `redis-server` if it is missing. If it cannot, prints what to install and ends the process. */
export async function requireRedis() {
  if (isInstalled()) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('Installing Redis (apt-get) …\n');
    const quiet = { stdio: ['ignore', 'ignore', 2] };
    await run('apt-get', ['-qq', 'update'], quiet);
    await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'redis-server'], quiet);
  }
  if (!isInstalled())
    fail('No redis-server found. Install it (Debian: apt-get install redis-server; macOS: brew install redis).');
}
