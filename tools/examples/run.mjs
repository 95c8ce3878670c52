/**
 * Copies an example into a new folder, with the packages of this repository, and installs it.
 *
 * Usage: `npm run example -- NAME FOLDER`
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { root, run } from '../install.mjs';
import { pack, publicPackages } from '../packages/packages.mjs';
import { copyExample, installArgs, useArchives } from './copies.mjs';

const [name, target] = process.argv.slice(2);
const folder = resolve(target ?? '');
if (name === undefined || !existsSync(join(root, 'examples', name, 'package.json')) || target === undefined) {
  fail('usage: npm run example -- NAME FOLDER, where NAME is a folder in examples');
}
if (existsSync(folder)) fail(`${target} exists already`);

const projects = publicPackages().map((each) => basename(each.folder));
if ((await run('nx', ['run-many', '-t', 'build', '-p', ...projects])) !== 0) fail('the packages could not be built');
const packages = join(root, 'dist/packages');
rmSync(packages, { recursive: true, force: true });
mkdirSync(packages, { recursive: true });
const archives = pack(packages);
copyExample(name, folder);
useArchives(folder, archives);
if ((await run('npm', installArgs, { cwd: folder })) !== 0) fail('npm install failed');
process.stdout.write(`\nThe example is in ${folder}. Continue after "npm install" in its README.md.\n`);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
