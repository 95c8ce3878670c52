import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterPeers, type PeerName, peerNames } from './peers.ts';

export interface RunArguments {
  /** A smoke test of about two minutes. Its figures are not reliable. */
  readonly quick: boolean;
  /** Whether to run the measurements of several nodes instead of those of a single server. */
  readonly cluster: boolean;
  /** The names of the measurements to run; all of the group if empty. */
  readonly only: readonly string[];
  /** The peers to run; all if empty. */
  readonly peers: readonly PeerName[];
  /** The number of rounds. Defaults to that of each measurement. */
  readonly rounds?: number;
  /** The folder for the results. */
  readonly out: string;
  /** The folder for CPU profiles of Usher. Defaults to no profiles. */
  readonly profile?: string;
}

/** @throws TypeError or RangeError if an option is unknown or invalid */
export function readArguments(args: readonly string[], root: string): RunArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      cluster: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      out: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { quick, cluster, only, profile, out = join(root, 'docs/benchmarks') } = values;
  const peers = values.peer.map(peerNamed);
  if (peers.length > 0 && values.out === undefined) {
    throw new RangeError('--peer requires --out, because the results do not include the other peers');
  }
  const known = { quick, cluster, only, out, peers, ...(profile === undefined ? {} : { profile: resolve(profile) }) };
  if (values.rounds === undefined) return known;
  const rounds = Number(values.rounds);
  if (!(Number.isSafeInteger(rounds) && rounds >= 1 && rounds <= 1_000)) {
    throw new RangeError('--rounds must be an integer between 1 and 1000');
  }
  return { ...known, rounds };
}

function peerNamed(name: string): PeerName {
  const all = [...peerNames, ...clusterPeers];
  const found = all.find((known) => known === name);
  if (found === undefined) throw new RangeError(`unknown peer "${name}": must be one of ${all.join(', ')}`);
  return found;
}
