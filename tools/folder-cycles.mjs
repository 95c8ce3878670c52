import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/**
 * Reads the imports between the folders of a project. Specs are left out, because they may use any part of their project.
 *
 * A file directly in the project or in its `src` counts as a folder: it is an entry point or a topic of one file.
 *
 * @param root the path of the project
 * @returns a map from each folder to a map of the folders that its files import, with one such import each
 */
export function folderGraph(root) {
  const graph = new Map();
  const files = globSync('**/*.{ts,mts,mjs,tsx}', {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist|test-results)(\/|$)|\.spec(-d)?\.m?ts$/.test(path),
  });
  for (const file of files) {
    const from = topicOf(file);
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const target = relative(root, join(root, dirname(file), fileName));
      const to = topicOf(target);
      if (to === from || target.startsWith('..')) continue;
      if (!graph.has(from)) graph.set(from, new Map());
      if (!graph.get(from).has(to)) graph.get(from).set(to, `${file} imports ${target}`);
    }
  }
  return graph;
}

function topicOf(file) {
  const folder = dirname(file);
  return folder === '.' || folder === 'src' ? file : folder;
}

/**
 * Finds the cycles of a folder graph.
 *
 * @param ignored imports between folders to leave out, as `from → to`
 * @returns for each strongly connected set of folders one cycle, as the list of its imports
 */
export function cyclesOf(graph, ignored = []) {
  for (const [from, targets] of graph)
    for (const to of targets.keys()) if (ignored.includes(`${from} → ${to}`)) targets.delete(to);
  const cycles = [];
  const known = new Set();
  for (const start of graph.keys()) {
    if (known.has(start)) continue;
    const path = shortestCycle(graph, start);
    if (path === undefined) continue;
    for (const folder of path) known.add(folder);
    cycles.push(path.map((folder, index) => graph.get(folder).get(path[(index + 1) % path.length])));
  }
  return cycles;
}

/** @returns the folders of the shortest cycle through `start`, or `undefined` */
function shortestCycle(graph, start) {
  const before = new Map();
  const queue = [start];
  for (const folder of queue) {
    for (const next of graph.get(folder)?.keys() ?? []) {
      if (next === start) {
        const path = [folder];
        while (path[0] !== start) path.unshift(before.get(path[0]));
        return path;
      }
      if (before.has(next)) continue;
      before.set(next, folder);
      queue.push(next);
    }
  }
  return undefined;
}
