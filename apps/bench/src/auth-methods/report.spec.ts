import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SinglePeer } from '../peers.ts';
import { withBlock } from '../report/markdown.ts';
import type { Result } from '../report/result.ts';
import { root } from '../server.ts';
import type { Leak } from './trials.ts';
import { type AuthMethodResult, authMethodsMarkdown, type AuthMethodsReport, authMethodsTable } from './report.ts';

const nothing: Leak = { tickets: 0, jwts: 0, opensSocket: false, opensAgain: false, opensApi: false };
const refused = { is: 'refused', status: 401 } as const;
const maggie = { is: 'in', user: 'maggie' } as const;

const ticket: AuthMethodResult = {
  name: 'ticket',
  held: { asked: 2_000, openAtOnce: 0, bytes: 12_345 },
  log: {
    server: nothing,
    proxy: { ...nothing, tickets: 1 },
    undelivered: { ...nothing, tickets: 1, opensSocket: true },
    goodForSeconds: 30,
  },
  person: { who: 'maggie', imposter: refused, besideAnother: maggie, moved: maggie },
};
const inUrl: AuthMethodResult = {
  ...ticket,
  name: 'jwt-in-url',
  log: {
    server: { tickets: 0, jwts: 1, opensSocket: true, opensAgain: true, opensApi: true },
    proxy: { tickets: 0, jwts: 1, opensSocket: true, opensAgain: true, opensApi: true },
    undelivered: nothing,
    goodForSeconds: 900,
  },
};
const first: AuthMethodResult = {
  ...ticket,
  name: 'first-message',
  held: { asked: 2_000, openAtOnce: 2_000, openMs: { min: 1, median: 10_004, p99: 1, max: 1 }, bytes: 9_870_000 },
  log: { ...ticket.log, server: nothing, proxy: nothing },
  person: { who: 'maggie', imposter: { is: 'pending' }, besideAnother: { is: 'closed' } },
};
const byAddress: AuthMethodResult = {
  ...ticket,
  name: 'address-agent',
  person: { who: 'maggie', imposter: maggie, besideAnother: { is: 'in', user: 'bart' }, moved: refused },
};

function result(rows: Partial<Record<SinglePeer, readonly [number, number]>>): Result {
  const made = Object.entries(rows).map(([peer, [median, share]]) => ({
    peer: peer as SinglePeer,
    figures: { min: median, median, p99: median, max: median },
    ratio: share,
    loadCores: 0,
    saturated: 'server' as const,
    loadMicros: 0,
    extras: {},
    values: [median],
  }));
  const [title, unit, at] = ['Connect', 'connects/s', '2026-01-02T03:04:05.000Z'];
  return { name: 'connect', title, unit, better: 'more', at, rounds: 1, rows: made, goals: [], failed: [] };
}

const report: AuthMethodsReport = {
  machine: { processor: 'An abacus', cores: 2, memoryGb: 8, system: 'Linux 6', node: '24.0.0' },
  at: '2026-01-02T03:04:05.000Z',
  // In another order than in the table.
  ways: [inUrl, byAddress, ticket, first],
  connect: result({ usher: [4_321, 0.8], 'first-message': [5_000, 1] }),
  connectAlone: result({ usher: [0.9, 2] }),
};

describe('authMethodsTable', () => {
  const rows = new Map(
    authMethodsTable(report)
      .split('\n')
      .map((line) => line.split('|').map((text) => text.trim()))
      .map(([, title = '', ...cells]) => [title, cells.slice(0, -1)]),
  );

  it('has a column per method, in a fixed order', () => {
    expect(rows.get('')).toEqual([
      'a ticket (Usher)',
      'JWT as first message',
      'JWT in the URL',
      'address and User-Agent',
    ]);
  });

  it.each([
    ['open sockets after 2,000 unauthenticated attempts', ['0', '2,000', '0', '0']],
    ['each socket stays open for', ['–', '10 s', '–', '–']],
    ['server memory for these sockets', ['–', '9.87 MB', '–', '–']],
    ['secret in the server log', ['none', 'none', 'the JWT', 'none']],
    ['secret in the proxy log', ['the ticket', 'none', 'the JWT', 'the ticket']],
    ['a secret from the proxy log opens a socket', ['no', '–', 'yes, repeatedly, for 15 min', 'no']],
    ['and grants access to the HTTP API', ['no', '–', 'yes', 'no']],
    [
      'a logged secret that was never delivered opens a socket',
      ['yes, once, for 30 s', 'yes, once, for 30 s', '–', 'yes, once, for 30 s'],
    ],
    [
      'attacker with the same address and User-Agent, no secret',
      ['rejected, 401', 'not authenticated, socket stays open', 'rejected, 401', '**connects as maggie**'],
    ],
    [
      'two users on that address: the first one connects as',
      ['connects as maggie', 'accepted, then closed', 'connects as maggie', '**connects as bart**'],
    ],
    ['the user changes networks', ['connects as maggie', 'not measured', 'connects as maggie', 'rejected, 401']],
    ['connects/s', ['4,320', '5,000', 'failed', 'failed']],
    ['ratio to bare `ws`', ['0.80', '1.00', 'failed', 'failed']],
    ['latency of a single connect', ['0.900 ms', 'failed', 'failed', 'failed']],
  ])('%s', (title, cells) => {
    expect(rows.get(title)).toEqual(cells);
  });

  it('is part of ways.md, with the machine and the date', () => {
    const page = authMethodsMarkdown(report);
    expect(page).toContain(authMethodsTable(report));
    expect(page).toContain('on An abacus, 2 cores, 8 GB, Linux 6, Node 24.0.0, 2026-01-02');
  });
});

it('README.md and docs/benchmarks/ways.md match docs/benchmarks/ways.json (npm run measure:ways writes all three)', () => {
  const file = (path: string): string => readFileSync(join(root, path), 'utf8');
  const made = JSON.parse(file('docs/benchmarks/ways.json')) as AuthMethodsReport;
  const readme = file('README.md');
  expect(readme).toBe(withBlock(readme, 'ways', authMethodsTable(made)));
  expect(file('docs/benchmarks/ways.md')).toBe(authMethodsMarkdown(made));
});
