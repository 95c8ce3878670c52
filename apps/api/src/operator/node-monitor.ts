import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NodeInfo } from '@usher/operator-api';
import type { Bus, Cluster } from '@usher/realtime';
import { type Counts, type NodeHistory, RateHistory, SlidingRates, stepMs } from './rates.ts';

export interface NodeMonitorOptions {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** The counts since the start of this node. */
  readonly counts: () => Counts;
  /** The number of open connections. */
  readonly connections: () => number;
  readonly draining: () => boolean;
  /** Asks the database. Resolves to its time in Unix milliseconds, or to `undefined` if it has no clock of its own. */
  readonly askStore: () => Promise<number | undefined>;
  readonly onSecond?: () => void;
}

/** How long a probe of the database or the bus may take, in milliseconds. */
const probeTimeoutMs = 2_000;
const secondMs = 1_000;
const resolutionMs = 20;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Measures this node: rates, the event loop, memory, and the round trips to the database and the bus, every ten seconds. */
export class NodeMonitor {
  readonly #options: NodeMonitorOptions;
  readonly #startedAt = Math.round(Date.now() - process.uptime() * 1_000);
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #rates = new SlidingRates();
  readonly #history = new RateHistory();
  readonly #timer: NodeJS.Timeout;
  readonly #endBusProbe: () => void;
  readonly #probeTopic: string;
  #delayMs = 0;
  #ticks = 0;
  #storeMs: number | undefined;
  #clockOffsetMs: number | undefined;
  #busMs: number | undefined;
  #probe: { readonly id: string; readonly sentAt: number } | undefined;
  #probing = false;
  #stopped = false;

  constructor(options: NodeMonitorOptions) {
    this.#options = options;
    const { bus, cluster } = options;
    this.#probeTopic = `cluster:probe:${cluster.id}`;
    this.#endBusProbe = bus.subscribe(this.#probeTopic, {
      message: (id) => {
        if (this.#probe?.id !== id) return;
        this.#busMs = rounded(performance.now() - this.#probe.sentAt);
        this.#probe = undefined;
      },
    });
    this.#delay.enable();
    this.#rates.add(options.counts(), performance.now());
    this.#timer = setInterval(() => {
      this.#tick();
    }, secondMs).unref();
    void this.probe();
  }

  /** The state of this node now. */
  read(): NodeInfo {
    const { cluster, counts, connections, draining } = this.#options;
    const { leaseMs } = cluster;
    return {
      node: cluster.id,
      version,
      startedAt: this.#startedAt,
      draining: draining(),
      connections: connections(),
      ...this.#rates.read(counts(), performance.now()),
      eventLoopDelayMs: this.#ticks < stepMs / secondMs ? this.#readDelay() : this.#delayMs,
      memoryBytes: process.memoryUsage.rss(),
      ...(this.#storeMs === undefined ? {} : { storeMs: this.#storeMs }),
      ...(this.#busMs === undefined ? {} : { busMs: this.#busMs }),
      ...(this.#clockOffsetMs === undefined ? {} : { clockOffsetMs: this.#clockOffsetMs }),
      ...(leaseMs === undefined ? {} : { leaseMs: Math.round(leaseMs) }),
    };
  }

  history(): NodeHistory {
    return this.#history.read();
  }

  /** Measures the round trips to the database and the bus. Never rejects. */
  async probe(): Promise<void> {
    if (this.#probing || this.#stopped) return;
    this.#probing = true;
    this.#probeBus();
    const asked = performance.now();
    const askedAt = Date.now();
    try {
      const time = await within(this.#options.askStore(), probeTimeoutMs);
      const ms = performance.now() - asked;
      this.#storeMs = rounded(ms);
      // The store read its clock about in the middle of the round trip.
      this.#clockOffsetMs = time === undefined ? undefined : Math.round(askedAt + ms / 2 - time);
    } catch {
      this.#storeMs = undefined;
    } finally {
      this.#probing = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#delay.disable();
    this.#endBusProbe();
  }

  #tick(): void {
    this.#ticks += 1;
    const now = performance.now();
    const counts = this.#options.counts();
    this.#rates.add(counts, now);
    if (this.#probe !== undefined && now - this.#probe.sentAt > probeTimeoutMs) {
      this.#busMs = undefined;
      this.#probe = undefined;
    }
    // The start of the server delayed everything.
    if (this.#ticks === 1) this.#delay.reset();
    this.#options.onSecond?.();
    if (this.#ticks % (stepMs / secondMs) !== 0) return;
    this.#delayMs = this.#readDelay();
    this.#delay.reset();
    const rates = this.#rates.read(counts, now);
    const sample = {
      connections: this.#options.connections(),
      ...rates,
      eventLoopDelayMs: this.#delayMs,
      memoryBytes: process.memoryUsage.rss(),
      ...(this.#storeMs === undefined ? {} : { storeMs: this.#storeMs }),
    };
    this.#history.add(sample, Date.now());
    void this.probe();
  }

  #probeBus(): void {
    const id = Math.random().toString(36).slice(2);
    this.#probe = { id, sentAt: performance.now() };
    this.#options.bus.publish(this.#probeTopic, id);
  }

  /** The histogram contains the interval of its own timer. */
  #readDelay(): number {
    const ms = this.#delay.percentile(99) / 1e6 - resolutionMs;
    return this.#delay.count === 0 ? 0 : Math.max(0, rounded(ms));
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no response in time'));
    }, ms).unref();
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
