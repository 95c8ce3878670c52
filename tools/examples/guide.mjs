/** The programs that `docs/guides/from-socket-io.md` compares, and their sizes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

const guide = () => readFileSync(join(root, 'docs/guides/from-socket-io.md'), 'utf8');

/** The dependencies of the programs. */
export const guideDependencies = {
  '@fastify/jwt': '^10.2.0',
  '@usher/client': '^0.1.0',
  '@usher/protocol': '^0.1.0',
  '@usher/server': '^0.1.0',
  fastify: '^5.12.0',
  pg: '^8.23.0',
  rxjs: '^7.8.0',
  'socket.io': '^4.8.0',
  'socket.io-client': '^4.8.0',
  ws: '^8.23.0',
};

/** Returns the code blocks of a document that begin with a comment with their file name, by this name. */
export function programsIn(text) {
  return new Map([...text.matchAll(/^```[jt]s\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, file, code]) => [file, code]));
}

export const programsOfGuide = () => programsIn(guide());

/** Returns the number of lines that are neither blank nor only a comment. */
export function countLines(code) {
  return code.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

/** Returns the numbers in the table of the guide, as `{ server: [Socket.IO, Usher], client: [Socket.IO, Usher] }`. */
export function linesInTable() {
  const numbers = (side) =>
    new RegExp(`^\\| ${side} +\\| +(\\d+) \\| +(\\d+) \\|$`, 'm').exec(guide())?.slice(1).map(Number);
  return { server: numbers('server'), client: numbers('client') };
}
