import type { OverviewHistory } from '@usher/operator-api';
import { type Static, Type } from 'typebox';

/** The fields of one step of the history. */
const fields = [
  'connections',
  'connects',
  'refusals',
  'messages',
  'deliveries',
  'eventLoopDelayMs',
  'memoryBytes',
  'storeMs',
] as const;
type Field = (typeof fields)[number];
/** `storeMs` is absent while the database does not respond. */
export type Sample = Readonly<Record<Exclude<Field, 'storeMs'>, number> & { storeMs?: number }>;
/** Of these the slowest node matters. The others are added up. */
const slowest: ReadonlySet<Field> = new Set(['eventLoopDelayMs', 'storeMs']);

/** The counts of a node since its start. */
export type Counts = Pick<Sample, 'connects' | 'refusals' | 'messages' | 'deliveries'>;

export const stepMs = 10_000;
/** One hour. */
const steps = 360;

const series = Type.Array(Type.Union([Type.Number(), Type.Null()]), { maxItems: steps });
/** The history of one node: one value per step, oldest first. `last` is the number of the last step since 1970. */
export const nodeHistorySchema = Type.Object({
  last: Type.Integer({ minimum: 0 }),
  connections: series,
  connects: series,
  refusals: series,
  messages: series,
  deliveries: series,
  eventLoopDelayMs: series,
  // Nodes of older versions do not report them.
  memoryBytes: Type.Optional(series),
  storeMs: Type.Optional(series),
});
export type NodeHistory = Static<typeof nodeHistorySchema>;

/** The last hour of one node, in steps of ten seconds that begin at the same time on all nodes with the right time. */
export class RateHistory {
  readonly #samples: (Sample | undefined)[] = new Array<Sample | undefined>(steps).fill(undefined);
  #last = 0;

  /** @param at Unix milliseconds */
  add(sample: Sample, at: number): void {
    const step = Math.floor(at / stepMs);
    if (step < this.#last) return;
    // Steps in which nothing was measured stay empty.
    for (let skipped = Math.max(this.#last + 1, step - steps + 1); skipped < step; skipped += 1)
      this.#samples[skipped % steps] = undefined;
    this.#samples[step % steps] = sample;
    this.#last = step;
  }

  read(): NodeHistory {
    const samples = Array.from({ length: steps }, (_, index) => this.#samples[(this.#last + 1 + index) % steps]);
    const valuesOf = (field: Field): (number | null)[] => samples.map((sample) => sample?.[field] ?? null);
    return { last: this.#last, ...(Object.fromEntries(fields.map((field) => [field, valuesOf(field)])) as SeriesOf) };
  }
}

type SeriesOf = Record<Field, (number | null)[]>;

/** Adds up the histories of nodes. The event-loop delay and the time of the store are those of the slowest node. */
export function mergeHistories(histories: readonly NodeHistory[], now: number): OverviewHistory {
  const last = Math.max(Math.floor(now / stepMs) - 1, ...histories.map((history) => history.last));
  const merged = (field: Field): (number | null)[] =>
    Array.from({ length: steps }, (_, index) => {
      const values = histories.map((history) => history[field]?.[index + last - history.last] ?? null);
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return null;
      return slowest.has(field) ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0);
    });
  const all = Object.fromEntries(fields.map((field) => [field, merged(field)])) as SeriesOf;
  return { from: (last - steps + 1) * stepMs, stepMs, ...all };
}

/** Rates over the last ten seconds, from counts that are read once a second. */
export class SlidingRates {
  readonly #readings: { readonly at: number; readonly counts: Counts }[] = [];

  /** @param at monotonic milliseconds */
  add(counts: Counts, at: number): void {
    this.#readings.push({ at, counts });
    while (this.#readings.length > 1 && (this.#readings[1]?.at ?? at) <= at - stepMs) this.#readings.shift();
  }

  /** Returns the rates per second since the oldest reading. */
  read(counts: Counts, at: number): Counts {
    const [oldest] = this.#readings;
    const seconds = Math.max(1, (at - (oldest?.at ?? at)) / 1_000);
    const rate = (field: keyof Counts): number =>
      Math.round(((counts[field] - (oldest?.counts[field] ?? counts[field])) / seconds) * 100) / 100;
    return {
      connects: rate('connects'),
      refusals: rate('refusals'),
      messages: rate('messages'),
      deliveries: rate('deliveries'),
    };
  }
}
