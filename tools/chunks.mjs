/** Finds the chunks of the built page by their contents, because their file names are hashes. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @param folder of the built page */
export function chunksOf(folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));

  /** The given files and their static imports, transitively. The pattern excludes dynamic imports, which have a parenthesis. */
  function withImports(names) {
    const found = new Set();
    const wanted = [...names];
    for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      if (!name.endsWith('.js')) continue;
      for (const [, chunk] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(chunk);
    }
    return found;
  }

  return {
    /** The files that `index.html` references. */
    named: [...read('index.html').matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, name]) => name),
    withImports,
    /** The one file that contains a component. */
    of(selector) {
      const defined = new RegExp(`selectors:\\[\\[["'\`]${selector}["'\`]`);
      const holders = scripts.filter((name) => defined.test(read(name)));
      if (holders.length !== 1) throw new Error(`one file must contain ${selector}, but ${holders.length} do`);
      return holders[0];
    },
  };
}
