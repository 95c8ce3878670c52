/**
 * Builds the templates into a folder, `dist/templates` by default: `examples/minimal` with the server of another example.
 *
 * Usage: `node build-templates.mjs [folder]`
 */
import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const examples = join(import.meta.dirname, '../../examples');
const target = process.argv[2] ?? join(import.meta.dirname, 'dist/templates');

/** The examples whose servers replace that of the minimal one. */
const servers = { fastify: undefined, express: 'express', node: 'node-http' };
/** What only the server of the minimal example needs. */
const replaced = new Set(['@fastify/jwt', 'fastify']);
const generated = new Set(['node_modules', 'dist', '.angular', 'package-lock.json']);

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const merge = (own, other) =>
  Object.fromEntries(
    Object.entries({ ...own, ...other })
      .filter(([name]) => !replaced.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

rmSync(target, { recursive: true, force: true });
for (const [name, example] of Object.entries(servers)) {
  const folder = join(target, name);
  cpSync(join(examples, 'minimal'), folder, { recursive: true, filter: (path) => !generated.has(basename(path)) });
  // npm does not publish files with this name.
  renameSync(join(folder, '.gitignore'), join(folder, 'gitignore'));
  if (example === undefined) continue;
  copyFileSync(join(examples, example, 'server.ts'), join(folder, 'server/server.ts'));
  const manifest = read(join(folder, 'package.json'));
  const { dependencies, devDependencies } = read(join(examples, example, 'package.json'));
  manifest.dependencies = merge(manifest.dependencies, dependencies);
  manifest.devDependencies = merge(manifest.devDependencies, devDependencies);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
