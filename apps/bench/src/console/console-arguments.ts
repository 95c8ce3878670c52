import { parseArgs } from 'node:util';

/** The size of the measurement. */
export interface Size {
  readonly nodes: number;
  /** A session may request 55 tickets in a minute; each user has five sessions. */
  readonly users: number;
  readonly connections: number;
  readonly refusals: number;
  readonly cpuSeconds: number;
  readonly cpuRounds: number;
  readonly views: number;
}

const full = { users: 80, connections: 20_000, refusals: 100_000, cpuSeconds: 35, cpuRounds: 2, views: 7 };
const quick = { users: 10, connections: 1_000, refusals: 5_000, cpuSeconds: 5, cpuRounds: 1, views: 3 };
/** With more nodes, each node would get too few sessions. */
const maxNodes = 4;

/**
 * Reads the arguments of `npm run measure:console`.
 *
 * @throws Error if one is unknown or invalid
 */
export function readSize(args?: readonly string[]): Size {
  const { values } = parseArgs({
    ...(args && { args: [...args] }),
    options: { quick: { type: 'boolean', default: false }, nodes: { type: 'string', default: '1' } },
  });
  const nodes = Number(values.nodes);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes) {
    throw new Error(`invalid --nodes "${values.nodes}": must be an integer between 1 and ${maxNodes}`);
  }
  return { nodes, ...(values.quick ? quick : full) };
}
