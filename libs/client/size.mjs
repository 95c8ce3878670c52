/**
 * Measures the size of the client in a page: minified, without RxJS, compressed with gzip. Fails if a part exceeds its limit.
 * `TicketSocket` is the socket alone, with a ticket function of the application. The other parts are what they add to it, or to the part that
 * they require. The code of the protocol is included.
 *
 * Usage: `node libs/client/size.mjs [--modules]`; with `--modules`, prints what each module of the socket costs.
 */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('./src/', import.meta.url));

/** Exports nothing but the names of a module, so that a bundle is measured without its code. */
const withoutModule = (file) => ({
  name: 'without-module',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path !== file) return undefined;
      const names = (await readFile(path, 'utf8')).matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm);
      return {
        contents: Array.from(names, ([, name]) => `export const ${name} = globalThis.x;`).join(''),
        loader: 'js',
      };
    });
  },
});

/** Returns the size of a bundle in bytes, and its modules. `omitted` is the path of a module whose code is left out. */
async function bundle(contents, omitted) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    conditions: ['@usher/source'],
    external: ['rxjs'],
    write: false,
    metafile: true,
    plugins: omitted ? [withoutModule(omitted)] : [],
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length, modules: Object.keys(inputs) };
}

const socket = "export { TicketSocket } from './index.ts';";
const index = "export * from './index.ts';";

/** What is measured: the code, the code that it is added to, and the limit in bytes. */
const parts = {
  'TicketSocket alone': [socket, undefined, 3_800],
  fetchTicket: ["export { TicketSocket, fetchTicket } from './index.ts';", socket, 470],
  'the rest of @usher/client': [index, "export { TicketSocket, fetchTicket } from './index.ts';", 390],
  '@usher/client/rooms': [`${index} export * from './rooms.ts';`, index, 4_800],
  '@usher/client/session': [`${index} export * from './session.ts';`, index, 2_200],
};

for (const [name, [code, base, limit]] of Object.entries(parts)) {
  const { bytes } = await bundle(code);
  const added = base === undefined ? bytes : bytes - (await bundle(base)).bytes;
  console.log(`${base === undefined ? '' : '+ '}${name}: ${added} bytes of ${limit} (gzip)`);
  if (added > limit) process.exitCode = 1;
}

if (process.argv.includes('--modules')) {
  const { bytes, modules } = await bundle(socket);
  let rest = bytes;
  console.log('\nHow much smaller TicketSocket alone would be without one module:');
  for (const module of modules.filter((each) => each.endsWith('.ts') && !/index|ticket-socket|machine/.test(each))) {
    const less = bytes - (await bundle(socket, resolve(folder, module))).bytes;
    rest -= less;
    console.log(`${String(less).padStart(6)} ${basename(module)}`);
  }
  console.log(`${String(rest).padStart(6)} the rest, which is mainly machine.ts`);
}
