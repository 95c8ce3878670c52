/** The published packages of this workspace, and their archives. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../install.mjs';

/** @returns {{ name: string, folder: string, manifest: object }[]} the public packages, by name */
export function publicPackages() {
  return globSync('libs/*/package.json', { cwd: root })
    .map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8'));
      return { name: manifest.name, folder: join(root, dirname(file)), manifest };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The names under which a package can be imported, such as `@usher/client/rooms`. `package.json` is for tools. */
export function entryPoints({ name, manifest }) {
  const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
  return paths.map((path) => join(name, path));
}

/**
 * Packs the built packages as npm publishes them.
 *
 * @param {string} target the folder of the archives
 * @returns {Map<string, string>} the path of each archive, by the name of its package
 */
export function pack(target) {
  const packages = publicPackages();
  // One npm for all of them, because its start takes longer than the packing.
  const workspaces = packages.map(({ name }) => `--workspace=${name}`);
  const args = ['pack', '--json', '--pack-destination', target, ...workspaces];
  const packed = asList(JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })));
  return new Map(packed.map(({ name, filename }) => [name, join(target, filename)]));
}

/** npm before version 12 prints a list, and later ones an object with the name of the package as its key. */
const asList = (printed) => (Array.isArray(printed) ? printed : Object.values(printed));
