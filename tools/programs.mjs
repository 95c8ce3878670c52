/** Finds and installs programs outside of npm that tests and scripts start. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, run } from './install.mjs';

/** Debian installs servers into folders that only root has in its PATH. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Returns the path of an installed program, or `undefined`. */
export function find(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns instructions to install a program. */
export function installHint(program) {
  const { debian = program, brew = program } = packages[program] ?? {};
  return `Debian: apt-get install ${debian}; macOS: brew install ${brew}`;
}

/** The packages of programs whose names differ. */
const packages = {
  'redis-server': { brew: 'redis' },
  // Debian has one package for both.
  promtool: { debian: 'prometheus', brew: 'prometheus' },
};

/**
 * Installs the programs that are missing, as root on Debian. If one is still missing, prints what to install and ends the process.
 *
 * @param {string[]} programs names of executables
 */
export async function requirePrograms(programs) {
  const missing = programs.filter((program) => find(program) === undefined);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`Installing ${missing.join(', ')} (apt-get) …\n`);
    const quiet = { stdio: ['ignore', 'ignore', 2] };
    const names = missing.map((program) => packages[program]?.debian ?? program);
    await run('apt-get', ['-qq', 'update'], quiet);
    await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...names], quiet);
  }
  for (const program of missing) {
    if (find(program) === undefined) fail(`No ${program} found. Install it (${installHint(program)}).`);
  }
}
