/**
 * Builds the site of the public APIs in `dist/docs`, from the types of the built packages. One package is converted at a time, because the sources
 * of all packages together need more than 4 GB of memory.
 *
 * Usage: `npm run docs`
 */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Application } from 'typedoc';
import { root, run } from '../install.mjs';
import { publicPackages } from '../packages/packages.mjs';

const target = join(root, 'dist/docs');
const parts = join(root, 'dist/docs-parts');
const packages = publicPackages().filter(({ manifest }) => Object.keys(manifest.exports ?? {}).length > 0);
const settings = { excludeExternals: true, excludePrivate: true, disableGit: true, disableSources: true };

/** Writes the API of one package to a JSON file, and returns the path of the file. */
async function convert({ name, folder, manifest }) {
  const types = Object.values(manifest.exports).flatMap(({ types }) => types ?? []);
  const app = await Application.bootstrap({
    ...settings,
    name,
    entryPoints: types.map((file) => join(folder, file)),
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    // The project has been compiled already.
    skipErrorChecking: true,
    readme: join(folder, 'README.md'),
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error(`${name} could not be converted`);
  const file = join(parts, `${basename(folder)}.json`);
  await app.generateJson(project, file);
  return file;
}

if ((await run('nx', ['run-many', '-t', 'build', '-p', ...packages.map(({ folder }) => basename(folder))])) !== 0) {
  process.exit(1);
}
mkdirSync(parts, { recursive: true });
const files = [];
for (const each of packages) files.push(await convert(each));
const site = await Application.bootstrap({
  ...settings,
  name: 'Usher',
  entryPointStrategy: 'merge',
  entryPoints: files,
  readme: 'none',
  logLevel: 'Error',
});
const project = await site.convert();
if (project?.children?.length !== packages.length) throw new Error('the site does not contain all packages');
await site.generateDocs(project, target);
if (site.logger.hasErrors()) process.exit(1);
process.stdout.write(`The site is in ${target}/index.html\n`);
