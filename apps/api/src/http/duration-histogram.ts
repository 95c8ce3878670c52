import { Histogram, type MetricValueWithName, type Registry } from 'prom-client';

/** From 0.5 ms, a local call, to 5 s, the longest deadline. In seconds. */
const defaultBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly registry: Registry;
  /** Upper bounds in seconds, in ascending order. Defaults to 0.5 ms to 5 s. */
  readonly buckets?: readonly number[];
  /** Returns the id of the active trace. Each bucket keeps the last one as its exemplar. Defaults to no exemplars. */
  readonly traceId?: (() => string | undefined) | undefined;
}

/** A traced observation, as an example of its bucket (OpenMetrics 1.0, Exemplars). */
interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  /** In seconds. */
  readonly value: number;
  /** In Unix seconds. */
  readonly timestamp: number;
}

/** The observations with one combination of label values. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Observations of each bucket alone, and at the end those above all buckets. */
  readonly counts: Float64Array;
  /** By bucket. Empty without traces. */
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
}

/**
 * A histogram of durations whose observations cost a few nanoseconds: prom-client hashes the labels and adds to several maps for each of
 * them, and this class only when the metrics are read.
 */
export class DurationHistogram {
  readonly #series = new Map<string, Series>();
  readonly #labelNames: readonly string[];
  readonly #buckets: readonly number[];
  readonly #traceId: (() => string | undefined) | undefined;

  constructor({ name, help, labelNames, registry, buckets = defaultBuckets, traceId }: DurationHistogramOptions) {
    this.#traceId = traceId;
    this.#labelNames = labelNames;
    this.#buckets = buckets;
    const series = this.#series;
    new ReadHistogram({ name, help, registry, buckets, read: () => series.values() });
  }

  /** Adds one duration. @param values the values of the labels, in the order of their names; from short fixed lists */
  observe(seconds: number, ...values: readonly string[]): void {
    const key = values.length === 1 ? (values[0] ?? '') : values.join('\n');
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels = Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? '']));
      series = { labels, counts: new Float64Array(this.#buckets.length + 1), exemplars: [], sum: 0 };
      this.#series.set(key, series);
    }
    const buckets = this.#buckets;
    let index = 0;
    while (index < buckets.length && seconds > (buckets[index] ?? 0)) index++;
    series.counts[index] = (series.counts[index] ?? 0) + 1;
    series.sum += seconds;
    const id = this.#traceId?.();
    if (id === undefined) return;
    series.exemplars[index] = { labelSet: { trace_id: id }, value: seconds, timestamp: Date.now() / 1_000 };
  }
}

interface ReadHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly registry: Registry;
  readonly buckets: readonly number[];
  readonly read: () => Iterable<Series>;
}

/** Provides the series to the registry, in the form of a histogram of prom-client. */
class ReadHistogram extends Histogram {
  readonly #options: ReadHistogramOptions;

  constructor(options: ReadHistogramOptions) {
    const { name, help, registry, buckets } = options;
    super({ name, help, buckets: [...buckets], registers: [registry] });
    this.#options = options;
  }

  /** Called by the registry and by `get`. Missing in the types of prom-client. */
  getForPromString(): Promise<object> {
    const { name, help, buckets, read } = this.#options;
    const values: (MetricValueWithName<string> & { readonly exemplar?: Exemplar | undefined })[] = [];
    for (const { labels, counts, exemplars, sum } of read()) {
      let total = 0;
      counts.forEach((count, index) => {
        total += count;
        values.push({
          metricName: `${name}_bucket`,
          labels: { ...labels, le: buckets[index] ?? '+Inf' },
          value: total,
          exemplar: exemplars[index],
        });
      });
      values.push({ metricName: `${name}_sum`, labels, value: sum });
      values.push({ metricName: `${name}_count`, labels, value: total });
    }
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  }
}
