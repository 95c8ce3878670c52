/**
 * Builds the schematics into a folder, `dist/schematics` by default. The Angular CLI requires CommonJS, so the folder has a package.json of its own.
 *
 * Usage: `node build-schematics.mjs [folder]`
 */
import { copyFileSync, cpSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, 'schematics');
const target = process.argv[2] ?? join(import.meta.dirname, 'dist/schematics');

for (const file of globSync(['*/*.json', 'collection.json', 'package.json'], { cwd: source })) {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  copyFileSync(join(source, file), join(target, file));
}
cpSync(join(source, 'ng-add/files'), join(target, 'ng-add/files'), { recursive: true });
await build({
  entryPoints: globSync('*/index.ts', { cwd: source }).map((file) => join(source, file)),
  outbase: source,
  outdir: target,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  sourcemap: true,
  logLevel: 'warning',
});
