import { join } from 'node:path';
import type { DeploymentOrder } from './cluster/deployment.ts';
import type { PostgresService } from './cluster/services.ts';
import type { Target } from './load/load.ts';
import type { LoadReply, LoadRequest } from './load/main.ts';
import { type Measurement, type Sample, subjectOf } from './measurement.ts';
import { isClusterPeer, type PeerName, startPeer } from './peers.ts';
import type { Accounts } from './accounts.ts';
import { reasonOf, startChild } from './process.ts';
import { profileName } from './profile/profile.ts';

/** Interleaves the rounds: A B C A B C. Slow changes of the machine then affect all peers. */
export function* interleave<T>(
  rounds: number,
  each: readonly T[],
): Generator<{ readonly round: number; readonly of: T }> {
  for (let round = 0; round < rounds; round++) for (const of of each) yield { round, of };
}

export interface Measured {
  /** One sample per round. A peer that failed has none. */
  readonly samples: ReadonlyMap<PeerName, readonly Sample[]>;
  /** The failed peers, with the reasons. */
  readonly failed: ReadonlyMap<PeerName, string>;
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly quick: boolean;
  readonly accounts: Accounts;
  /** PostgreSQL for deployments, and the URL of a database with the accounts. */
  readonly cluster?: { readonly postgres: PostgresService; readonly template: string } | undefined;
  /** The folder for CPU profiles of Usher. Defaults to no profiles. */
  readonly profile?: string | undefined;
  /** Aborts when the run ends. No further round is started. */
  readonly signal: AbortSignal;
}

interface Pair {
  prepare(): Promise<void>;
  round(): Promise<Sample>;
  end(): Promise<void>;
}

/** How long the load may make no progress. A peer that exceeds it is excluded, and the run continues. */
const prepareMs = 120_000;
const roundMs = 90_000;

/** Runs a measurement. Every peer and every load generator is a separate process. All exist at once; one pair works at a time. */
export async function measure(measurement: Measurement, options: MeasureOptions): Promise<Measured> {
  const { rounds, signal } = options;
  const samples = new Map<PeerName, Sample[]>();
  const failed = new Map<PeerName, string>();
  const pairs = new Map<PeerName, Pair>();

  async function excludeOnError(peer: PeerName, work: () => Promise<void>): Promise<void> {
    if (failed.has(peer)) return;
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      failed.set(peer, reasonOf(error));
      samples.delete(peer);
      process.stderr.write(`    ${peer} failed: ${failed.get(peer) ?? ''}\n`);
    }
  }

  const start = async (peer: PeerName): Promise<void> => {
    pairs.set(peer, await startPair(measurement, peer, options));
  };
  const stop = async (peer: PeerName): Promise<void> => {
    await pairs.get(peer)?.end();
    pairs.delete(peer);
  };

  if (measurement.fresh !== true) {
    await Promise.all(measurement.peers.map((peer) => excludeOnError(peer, () => start(peer))));
    for (const peer of measurement.peers) {
      await excludeOnError(peer, async () => {
        await pairs.get(peer)?.prepare();
        await pairs.get(peer)?.round();
      });
    }
  }
  for (const { of: peer } of interleave(rounds, measurement.peers)) {
    await excludeOnError(peer, async () => {
      if (measurement.fresh === true) {
        await start(peer);
        await pairs.get(peer)?.prepare();
      }
      const sample = await pairs.get(peer)?.round();
      if (sample !== undefined) samples.set(peer, [...(samples.get(peer) ?? []), sample]);
    });
    if (measurement.fresh === true) await stop(peer);
  }
  await Promise.all(measurement.peers.map(stop));
  return { samples, failed };
}

/** Resolves to the target of the load: a running server, or a deployment for the load to start. */
async function targetOf(
  measurement: Measurement,
  peer: PeerName,
  { accounts, profile, cluster }: MeasureOptions,
): Promise<{ readonly target: Target | DeploymentOrder; readonly stop: () => Promise<void> }> {
  const file = profile === undefined ? undefined : join(profile, profileName(measurement));
  if (isClusterPeer(peer)) {
    if (cluster === undefined) throw new TypeError(`${peer} requires PostgreSQL`);
    const { postgres, template } = cluster;
    const { settings = {} } = measurement;
    const url = await postgres.newDatabase(template);
    const profiled = peer === subjectOf(measurement) ? file : undefined;
    const target = { peer, accounts, postgres: { url, pid: postgres.pid }, settings, profile: profiled };
    // The load stops the deployment.
    return { target, stop: () => Promise.resolve() };
  }
  const { pid, port, stop } = await startPeer(peer, accounts, { profile: file, settings: measurement.settings });
  return { target: { peer, pid, port, tokens: accounts.tokens }, stop };
}

async function startPair(measurement: Measurement, peer: PeerName, options: MeasureOptions): Promise<Pair> {
  const { target, stop } = await targetOf(measurement, peer, options);
  try {
    const args = ['--conditions=@usher/source', join(import.meta.dirname, 'load/main.ts')];
    const load = await startChild(process.execPath, args, { name: `the load of ${peer}` });
    const ask = async (request: LoadRequest, limitMs: number): Promise<Sample | undefined> => {
      const reply = (await load.ask(request, limitMs)) as LoadReply;
      if (!reply.ok) throw new Error(reply.reason);
      return reply.sample;
    };
    return {
      async prepare() {
        await ask({ ask: 'prepare', measurement: measurement.name, quick: options.quick, target }, prepareMs);
      },
      async round() {
        const sample = await ask({ ask: 'round' }, roundMs);
        if (sample === undefined) throw new Error('the load returned no sample');
        return sample;
      },
      async end() {
        await load.end();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
