import { type Static, Type } from 'typebox';

const counts = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer({ minimum: 1 }) }), { maxItems: 20 });

/** What the refusals for one reason have in common. Refusals because of the origin are summarized for each origin. */
export const refusalSummarySchema = Type.Object({
  reason: Type.String(),
  origin: Type.Optional(Type.String()),
  count: Type.Integer({ minimum: 1 }),
  /** Unix milliseconds. */
  firstAt: Type.Integer(),
  /** The most frequent ones, most frequent first. */
  addresses: counts,
  users: counts,
});
export type RefusalSummary = Static<typeof refusalSummarySchema>;

interface Counted {
  readonly value: string;
  readonly count: number;
}

/** The number of addresses and users in a summary. */
const shownValues = 20;
/** The number of origins that are summarized. Further ones count together. */
const maxOrigins = 50;

interface Building {
  readonly reason: string;
  readonly origin: string | undefined;
  count: number;
  firstAt: number;
  readonly addresses: Map<string, number>;
  readonly users: Map<string, number>;
}

/** Summarizes refusals, or the summaries of several nodes. */
export class SummaryBuilder {
  readonly #byReason = new Map<string, Building>();
  readonly #byOrigin = new Map<string, Building>();

  add(refusal: {
    readonly at: number;
    readonly reason: string;
    readonly origin: string | undefined;
    readonly address: string | undefined;
    readonly user: string | undefined;
  }): void {
    const summary = this.#of(refusal.reason, refusal.origin);
    summary.count += 1;
    summary.firstAt = Math.min(summary.firstAt, refusal.at);
    if (refusal.address !== undefined) count(summary.addresses, refusal.address, 1);
    if (refusal.user !== undefined) count(summary.users, refusal.user, 1);
  }

  merge(other: RefusalSummary): void {
    const summary = this.#of(other.reason, other.origin);
    summary.count += other.count;
    summary.firstAt = Math.min(summary.firstAt, other.firstAt);
    for (const { value, count: times } of other.addresses) count(summary.addresses, value, times);
    for (const { value, count: times } of other.users) count(summary.users, value, times);
  }

  /** Most frequent first. */
  build(): RefusalSummary[] {
    return [...this.#byReason.values(), ...this.#byOrigin.values()]
      .sort((one, other) => other.count - one.count)
      .map(({ addresses, users, origin, ...summary }) => ({
        ...summary,
        ...(origin === undefined ? {} : { origin }),
        addresses: mostFrequent(addresses),
        users: mostFrequent(users),
      }));
  }

  #of(reason: string, origin: string | undefined): Building {
    const isOrigin = reason === 'origin_forbidden' && origin !== undefined;
    if (isOrigin && (this.#byOrigin.has(origin) || this.#byOrigin.size < maxOrigins))
      return getOrAdd(this.#byOrigin, origin, { reason, origin });
    return getOrAdd(this.#byReason, reason, { reason, origin: undefined });
  }
}

function getOrAdd(map: Map<string, Building>, key: string, fields: Pick<Building, 'reason' | 'origin'>): Building {
  let building = map.get(key);
  if (building === undefined) {
    building = { ...fields, count: 0, firstAt: Infinity, addresses: new Map(), users: new Map() };
    map.set(key, building);
  }
  return building;
}

function count(values: Map<string, number>, value: string, times: number): void {
  values.set(value, (values.get(value) ?? 0) + times);
}

function mostFrequent(values: ReadonlyMap<string, number>): Counted[] {
  return [...values]
    .sort(([, one], [, other]) => other - one)
    .slice(0, shownValues)
    .map(([value, times]) => ({ value, count: times }));
}
