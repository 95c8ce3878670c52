import { expect, test } from 'vitest';
import { flame, framesOf, kindOf, sharesOf } from './profile.ts';

const frame = (functionName: string, url = '', lineNumber = 1) => ({ functionName, url, lineNumber });
const root = 'file:///somewhere/usher';

/** 40 µs of the gate, 40 µs of a write that it calls at two places, 20 µs of Fastify, and entries that are not work. */
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 4, 5, 6, 8] },
    { id: 2, callFrame: frame('admit', `${root}/libs/ticket/src/gate.ts`), children: [3, 7] },
    { id: 3, callFrame: frame('writev') },
    { id: 7, callFrame: frame('writev') },
    { id: 4, callFrame: frame('(idle)') },
    { id: 5, callFrame: frame('', `${root}/node_modules/fastify/lib/reply<"&.js`) },
    { id: 6, callFrame: frame('compile', 'node:internal/modules/esm/loader') },
    { id: 8, callFrame: frame('(program)') },
  ],
  samples: [2, 3, 4, 5, 6, 7, 8, 2],
  timeDeltas: [30, 25, 1_000, 20, 500, 15, 70, 10],
};

test('merges calls of a function by the same caller, and drops idle time and startup', () => {
  expect(framesOf(profile).map(({ label, self }) => [label, self])).toEqual([
    ['all', 0],
    ['admit libs/ticket/src/gate.ts', 40],
    ['writev', 40],
    ['anonymous fastify', 20],
  ]);
});

test('divides the working time among the categories', () => {
  expect(sharesOf(framesOf(profile))).toEqual([
    { kind: 'tickets and the gate', share: 0.4 },
    { kind: 'kernel: write', share: 0.4 },
    { kind: 'Fastify and its plugins', share: 0.2 },
  ]);
});

test.each([
  ['get', 'apps/api/src/auth/session-status.ts', 'SQLite and Kysely'],
  ['look', 'apps/api/src/auth/sessions.ts', 'the API'],
  ['writeUtf8String', '', 'kernel: write'],
  ['end', 'node:_http_outgoing', 'Node: HTTP'],
  ['emit', 'node:events', 'everything else'],
])('assigns %s in %s to %s', (name, place, kind) => {
  expect(kindOf(name, place)).toBe(kind);
});

test('draws a labeled box per frame and escapes names', async () => {
  const svg = await flame('A <b> & c', framesOf(profile));
  expect(svg).toContain('aria-label="admit libs/ticket/src/gate.ts: 80.0%"');
  expect(svg).toContain('A &lt;b&gt; &amp; c');
});

test('accepts a profile without samples and rejects other files', async () => {
  const empty = framesOf({ nodes: [{ id: 1, callFrame: frame('(root)') }], samples: [], timeDeltas: [] });
  expect(sharesOf(empty)).toEqual([]);
  expect(await flame('empty', empty)).toContain('<svg');
  expect(() => framesOf({})).toThrow('not a CPU profile');
});
