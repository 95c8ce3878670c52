/** Copies of the examples outside of the repository, with the packed packages instead of those of the registry. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { root } from '../install.mjs';

const generated = new Set(['node_modules', 'dist', '.angular', 'package-lock.json']);

export const installArgs = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Copies an example into a folder. */
export function copyExample(name, folder) {
  const filter = (path) => !generated.has(basename(path));
  cpSync(join(root, 'examples', name), folder, { recursive: true, filter });
}

/**
 * Changes a package.json so that npm and pnpm install the archives.
 *
 * @param {string} folder the folder of the package.json
 * @param {Map<string, string>} archives the path of each archive, by the name of its package
 * @param {(name: string) => boolean} keeps the dependencies to keep; defaults to all
 */
export function useArchives(folder, archives, keeps = () => true) {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const replace = (dependencies = {}) =>
    Object.fromEntries(
      Object.entries(dependencies)
        .filter(([name]) => keeps(name))
        .map(([name, version]) => [name, archives.has(name) ? `file:${archives.get(name)}` : version]),
    );
  manifest.dependencies = replace(manifest.dependencies);
  manifest.devDependencies = replace(manifest.devDependencies);
  // The archives depend on each other by version.
  manifest.overrides = overridesFor(archives);
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const settingsFile = join(folder, 'pnpm-workspace.yaml');
  const settings = existsSync(settingsFile) ? parse(readFileSync(settingsFile, 'utf8')) : {};
  writeFileSync(settingsFile, stringify({ ...settings, overrides: manifest.overrides }));
}

export const overridesFor = (archives) =>
  Object.fromEntries([...archives].map(([name, file]) => [name, `file:${file}`]));
