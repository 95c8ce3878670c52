/**
 * Checks the messages of all commits since the rule was introduced, or of the last commit in a shallow clone. Part of `npm test`.
 * Succeeds without a check where there is no Git history, for example in an unpacked archive.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root, run } from './install.mjs';

/** The last commit before the rule. */
const before = '785be5fad698e1be81858e6e3dab97bf04263933';

function git(...args) {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Resolves to the exit code of commitlint. */
export async function checkCommits() {
  if (git('rev-parse', 'HEAD') === undefined) {
    process.stdout.write('no Git history: commit messages are not checked\n');
    return 0;
  }
  const known = git('merge-base', '--is-ancestor', before, 'HEAD') !== undefined;
  return run('commitlint', known ? ['--from', before] : ['--last']);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(await checkCommits());
