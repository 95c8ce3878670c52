import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

/** The names of all settings, from the generated table in docs/deploying.md. */
export function settingNames() {
  const [, table] = /<!-- settings -->(.*)<!-- \/settings -->/s.exec(
    readFileSync(join(root, 'docs/deploying.md'), 'utf8'),
  );
  return [...table.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
}
