import type { NodeInfo } from '@usher/operator-api';
import { expect, test } from 'vitest';
import { findingsOf, type Observed } from './findings.ts';

const node: NodeInfo = {
  node: 'a',
  version: '0.1.0',
  startedAt: 0,
  draining: false,
  ...{ connections: 1, connects: 0, refusals: 0, messages: 0, deliveries: 0 },
  ...{ eventLoopDelayMs: 1, memoryBytes: 1, storeMs: 1, busMs: 1 },
};
const refused = (reason: string, count: number, more: object = {}): Observed['refusals'][number] => ({
  reason,
  count,
  firstAt: 5,
  addresses: [{ value: '10.0.0.7', count }],
  users: [],
  ...more,
});
const find = (observed: Partial<Observed>) => findingsOf({ nodes: [node], missing: [], refusals: [], ...observed });

test('there are none while everything works', () => {
  expect(find({})).toEqual([]);
});

test.each([
  ['draining:a', 'warning', { draining: true }],
  ['store:a', 'error', { storeMs: undefined }],
  ['store:a', 'warning', { storeMs: 501 }],
  ['bus:a', 'error', { busMs: undefined }],
  ['bus:a', 'warning', { busMs: 501 }],
  ['event_loop:a', 'warning', { eventLoopDelayMs: 201 }],
  ['event_loop:a', 'error', { eventLoopDelayMs: 1_001 }],
  ['clock:a', 'warning', { clockOffsetMs: -2_001 }],
])('%s, %s: a node with %j', (id, severity, state) => {
  const { storeMs, busMs, ...others } = { ...node, ...state };
  const measured = { ...others, ...(storeMs && { storeMs }), ...(busMs && { busMs }) };
  expect(find({ nodes: [measured] })).toMatchObject([{ id, severity }]);
});

test('a node that does not respond comes first, because it is an error', () => {
  const found = find({ nodes: [{ ...node, draining: true }], missing: ['b'] });
  expect(found.map(({ id, severity }) => [id, severity])).toEqual([
    ['missing:b', 'error'],
    ['draining:a', 'warning'],
  ]);
});

test('refusals are a finding from a number on, with the filter that shows them', () => {
  const origin = 'https://staging.example.org';
  expect(find({ refusals: [refused('origin_forbidden', 4, { origin })] })).toEqual([]);
  const [finding] = find({ refusals: [refused('origin_forbidden', 5, { origin })] });
  expect(finding).toEqual({
    id: `origin_forbidden:${origin}`,
    severity: 'error',
    title: `5 handshakes refused in 5 minutes: the origin ${origin} is not allowed, all from 10.0.0.7`,
    advice: expect.stringContaining('the proxy at 10.0.0.7 does not forward the header Origin') as unknown,
    since: 5,
    refusals: { reason: 'origin_forbidden', origin, address: '10.0.0.7' },
  });
});

test('the filter names an address only if all refusals have it', () => {
  const addresses = [
    { value: '10.0.0.7', count: 20 },
    { value: '10.0.0.8', count: 10 },
  ];
  const [finding] = find({ refusals: [refused('unknown', 30, { addresses })] });
  expect(finding?.refusals).toEqual({ reason: 'unknown' });
  expect(finding?.title).toBe('30 handshakes with unknown tickets in 5 minutes, from 10.0.0.7, 10.0.0.8');
});

test('refusals without a rule, such as an expired token, cause no finding', () => {
  expect(find({ refusals: [refused('token_expired', 1_000), refused('toString', 1_000)] })).toEqual([]);
});
