import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
const src = '/work/wt/client/libs/client/src/';
const common = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  conditions: ['@usher/source'],
  external: ['rxjs'],
  write: false,
  metafile: true,
  logLevel: 'error',
};
async function size(entry, stub) {
  const {
    outputFiles: [{ contents }],
    metafile,
  } = await build({
    ...common,
    entryPoints: [src + entry],
    plugins: stub
      ? [
          {
            name: 's',
            setup(b) {
              b.onLoad({ filter: new RegExp(stub.replaceAll('.', '\\.') + '$') }, ({ path }) => {
                const names = [
                  ...readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm),
                ].map((m) => m[1]);
                return { contents: names.map((n) => `export const ${n} = globalThis.${n[0]}`).join(';'), loader: 'js' };
              });
            },
          },
        ]
      : [],
  });
  return [gzipSync(contents, { level: 9 }).length, contents.length, Object.keys(metafile.inputs)];
}
const entry = process.argv[2];
const [all, raw, files] = await size(entry);
console.log(entry, all, raw);
for (const f of files) {
  const [g, r] = await size(entry, f.split('/').slice(-2).join('/'));
  console.log(String(all - g).padStart(6), String(raw - r).padStart(6), f);
}
