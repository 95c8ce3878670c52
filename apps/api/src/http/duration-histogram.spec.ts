import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { DurationHistogram } from './duration-histogram.ts';

const description = { name: 'test_duration_seconds', help: 'Test durations' };
const buckets = [0.001, 0.01, 0.1];
const durations = [0, 0.0005, 0.001, 0.0011, 0.05, 0.1, 0.2, 7];

test('exports the same text as a histogram of prom-client', async () => {
  const registry = new Registry();
  const histogram = new DurationHistogram({ ...description, labelNames: ['outcome'], registry, buckets });
  const reference = new Registry();
  const expected = new Histogram({ ...description, labelNames: ['outcome'], registers: [reference], buckets });
  for (const outcome of ['issued', 'refused']) {
    for (const seconds of durations) {
      histogram.observe(seconds, outcome);
      expected.observe({ outcome }, seconds);
    }
  }
  const lines = async (metrics: Registry): Promise<string[]> => {
    const text = await metrics.metrics();
    return text
      .split('\n')
      .map((line) => line.replace(/\{(.*)\}/, sortLabels))
      .toSorted();
  };
  expect(await lines(registry)).toEqual(await lines(reference));
});

function sortLabels(_: string, labels: string): string {
  return `{${labels.split(',').toSorted().join(',')}}`;
}

test('keeps one series per combination of label values', async () => {
  const registry = new Registry();
  const histogram = new DurationHistogram({ ...description, labelNames: ['route', 'status'], registry, buckets });
  histogram.observe(0.002, '/a', '200');
  histogram.observe(0.002, '/a', '200');
  histogram.observe(0.002, '/a', '404');
  const text = await registry.metrics();
  expect(text).toContain('test_duration_seconds_count{route="/a",status="200"} 2');
  expect(text).toContain('test_duration_seconds_bucket{route="/a",status="404",le="0.001"} 0');
  expect(text).toContain('test_duration_seconds_bucket{route="/a",status="404",le="+Inf"} 1');
});

test('exports no series before the first observation', async () => {
  const registry = new Registry();
  new DurationHistogram({ ...description, labelNames: ['outcome'], registry, buckets });
  expect((await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});
