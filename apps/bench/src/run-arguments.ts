import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type PeerName, peerNames } from './peers.ts';

export interface RunArguments {
  /** About two minutes, to see that everything works. Its figures are too few to be believed. */
  readonly quick: boolean;
  /** The measurements that are wanted; empty: all. */
  readonly only: readonly string[];
  /** The peers that are wanted; empty: all. */
  readonly peers: readonly PeerName[];
  /** Rounds of each measurement, where it is not to decide by itself. */
  readonly rounds?: number;
  /** The folder for the results. */
  readonly out: string;
  /** The folder for CPU profiles of Usher, where they are wanted. */
  readonly profile?: string;
}

/** @throws TypeError or RangeError that says what is wrong. */
export function readArguments(args: readonly string[], root: string): RunArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      out: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { quick, only, profile, out = join(root, 'docs/benchmarks') } = values;
  const peers = values.peer.map(peerNamed);
  if (peers.length > 0 && values.out === undefined) {
    throw new RangeError('--peer leaves the others out of the results, so it requires --out');
  }
  const known = { quick, only, out, peers, ...(profile === undefined ? {} : { profile: resolve(profile) }) };
  if (values.rounds === undefined) return known;
  const rounds = Number(values.rounds);
  if (!(Number.isSafeInteger(rounds) && rounds >= 1 && rounds <= 1_000)) {
    throw new RangeError('--rounds must be an integer between 1 and 1000');
  }
  return { ...known, rounds };
}

function peerNamed(name: string): PeerName {
  const found = peerNames.find((known) => known === name);
  if (found === undefined) throw new RangeError(`no peer is named ${name}; there are ${peerNames.join(', ')}`);
  return found;
}
