/** Runs after `npm ci`: points Git to the hooks in `.githooks`, so that they need no manual installation. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

try {
  // Only in a checkout of this project, not in a copy of it inside another repository.
  if (realpathSync(git('rev-parse', '--show-toplevel').trim()) === root) git('config', 'core.hooksPath', '.githooks');
} catch {
  // Not a Git checkout, or no Git: there are no hooks to run.
}
