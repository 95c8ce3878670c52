/**
 * Compiles `all.ts` of the current folder and prints the errors in it and in the types of our packages, which `skipLibCheck` would hide. The
 * types of other packages are not checked: they take most of the time, and those of pg and Hono require a TypeScript after 5.4.
 *
 * Usage: `node compile.mjs COMPILER MODULE_RESOLUTION EXACT_OPTIONAL_PROPERTY_TYPES`, with the name of an installed compiler
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [compiler, resolution, exact] = process.argv.slice(2);
const ts = createRequire(join(process.cwd(), 'all.ts'))(compiler);
const { options, errors } = ts.convertCompilerOptionsFromJson(
  {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    target: 'es2022',
    lib: ['esnext', 'dom', 'dom.iterable'],
    module: resolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution: resolution,
    exactOptionalPropertyTypes: exact === 'true',
  },
  '.',
);
const program = ts.createProgram(['all.ts'], options);
const ours = program.getSourceFiles().filter(({ fileName }) => /\/@usher\/|^all\.ts$/.test(fileName));
const found = ours.flatMap((file) => [
  ...program.getSyntacticDiagnostics(file),
  ...program.getSemanticDiagnostics(file),
]);
const host = ts.createCompilerHost(options);
process.stdout.write(ts.formatDiagnostics([...errors, ...program.getOptionsDiagnostics(), ...found], host));
