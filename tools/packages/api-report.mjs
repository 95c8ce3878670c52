/**
 * Compares the public API of one built package with its committed report, `docs/api/<package>.api.md`. Fails on any difference, so that a
 * change of the API is always intended. With `--update`, writes the report.
 *
 * Usage: `node tools/packages/api-report.mjs libs/client [--update]`
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { root } from '../install.mjs';

const [project, option] = process.argv.slice(2);
const folder = join(root, project);
const manifestFile = join(folder, 'package.json');
const { exports } = JSON.parse(readFileSync(manifestFile, 'utf8'));

/** One module with every entry point as a namespace, because a report has one entry point. */
const entryFile = join(folder, 'test-results/api/entry.d.ts');
const namespace = (path) => (path === '.' ? 'index' : path.replace('./', '').replaceAll('/', '_'));
const lines = Object.entries(exports)
  .filter(([path]) => path !== './package.json')
  .map(
    ([path, { types }]) =>
      `export * as ${namespace(path)} from '../../${types.replace('./', '').replace('.d.ts', '.js')}';`,
  );
mkdirSync(join(folder, 'test-results/api'), { recursive: true });
writeFileSync(entryFile, `${lines.join('\n')}\n`);

const config = ExtractorConfig.prepare({
  configObjectFullPath: join(folder, 'api-extractor.json'),
  packageJsonFullPath: manifestFile,
  configObject: {
    projectFolder: folder,
    mainEntryPointFilePath: entryFile,
    newlineKind: 'lf',
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'es2024',
          module: 'nodenext',
          moduleResolution: 'nodenext',
          lib: ['es2024', 'dom'],
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
        },
        files: [entryFile],
      },
    },
    apiReport: {
      enabled: true,
      reportFolder: join(root, 'docs/api'),
      reportTempFolder: join(folder, 'test-results/api'),
      reportFileName: `${basename(project)}.api.md`,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      // The doc comments follow TypeScript's conventions, not TSDoc, and internal types are visible through public ones.
      tsdocMessageReporting: { default: { logLevel: 'none' } },
      extractorMessageReporting: { default: { logLevel: 'none' } },
      compilerMessageReporting: { default: { logLevel: 'error' } },
    },
  },
});
const update = option === '--update';
const result = Extractor.invoke(config, {
  localBuild: update,
  messageCallback: (message) => {
    message.handled = message.logLevel !== 'error';
  },
});
if (result.apiReportChanged && !update) {
  process.stderr
    .write(`the public API of ${project} differs from docs/api/${basename(project)}.api.md. If this is intended, run
  node tools/packages/api-report.mjs ${project} --update
and commit the report with the change.\n`);
  process.exit(1);
}
process.exit(result.errorCount === 0 ? 0 : 1);
