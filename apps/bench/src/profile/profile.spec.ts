import { expect, test } from 'vitest';
import { callsOf } from './cpu-profile.ts';
import { flame } from './flame.ts';
import { kindOf, sharesOf } from './shares.ts';

const frame = (functionName: string, url = '', lineNumber = 1) => ({ functionName, url, lineNumber });
const root = 'file:///somewhere/usher';

/** 40 µs of the gate, 40 of a write that it makes in two places, 20 of Fastify; and what is no work. */
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 4, 5, 6, 8] },
    { id: 2, callFrame: frame('judge', `${root}/libs/ticket/src/gate.ts`), children: [3, 7] },
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

test('the same function below the same caller is one, and idling and loading is no work', () => {
  const all = callsOf(profile);
  expect(all.total).toBe(100);
  const [judge] = all.callees.values();
  expect(judge).toMatchObject({ name: 'judge', place: 'libs/ticket/src/gate.ts', self: 40, total: 80 });
  expect([...(judge?.callees.values() ?? [])].map(({ name, self }) => [name, self])).toEqual([['writev', 40]]);
});

test('whose time it is adds up to all of it', () => {
  const shares = sharesOf(callsOf(profile));
  expect(shares).toEqual([
    { kind: 'tickets and the gate', share: 0.4 },
    { kind: 'the kernel’s writes', share: 0.4 },
    { kind: 'Fastify and its plugins', share: 0.2 },
  ]);
});

test.each([
  ['get', 'apps/api/src/auth/sqlite-standing.ts', 'SQLite'],
  ['look', 'apps/api/src/auth/sessions.ts', 'the API'],
  ['writeUtf8String', '', 'the kernel’s writes'],
  ['end', 'node:_http_outgoing', 'Node’s HTTP'],
  ['emit', 'node:events', 'everything else'],
])('%s in %s is %s', (name, place, kind) => {
  expect(kindOf({ name, place })).toBe(kind);
});

test('the picture is well-formed whatever a function is called, and says what each box is', () => {
  const svg = flame('A <b> & "c"', callsOf(profile));
  expect(svg).toContain('<title>judge libs/ticket/src/gate.ts: 80 %</title>');
  expect(svg).toContain('aria-label="A &lt;b&gt; &amp; &quot;c&quot;"');
  expect(svg.replaceAll(/&(?:amp|lt|gt|quot);/g, '')).not.toContain('&');
  expect(svg.match(/<rect /g)).toHaveLength(3);
  expect(svg.match(/<g>/g)?.length).toBe(svg.match(/<\/g>/g)?.length);
});

test('nothing done is an empty picture', () => {
  const nothing = callsOf({ nodes: [{ id: 1, callFrame: frame('(root)') }], samples: [], timeDeltas: [] });
  expect(flame('nothing', nothing)).not.toContain('<rect ');
  expect(sharesOf(nothing)).toEqual([]);
});
