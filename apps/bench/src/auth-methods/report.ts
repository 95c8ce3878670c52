import { measured, ratio, table } from '../report/markdown.ts';
import type { Machine } from '../report/report.ts';
import type { Result } from '../report/result.ts';
import { type AuthMethod, type AuthMethodName, authMethods } from './methods.ts';
import type { Leak, LogTrial, Outcome, IdentityTrial, HeldSockets } from './trials.ts';

/** The results of one method. */
export interface AuthMethodResult {
  readonly name: AuthMethodName;
  readonly held: HeldSockets;
  readonly log: LogTrial;
  readonly person: IdentityTrial;
}

/** The content of `ways.json`. */
export interface AuthMethodsReport {
  readonly machine: Machine;
  /** ISO 8601. */
  readonly at: string;
  readonly ways: readonly AuthMethodResult[];
  readonly connect: Result;
  readonly connectAlone: Result;
}

/** Renders a Markdown table with a column per method. */
export function authMethodsTable({ ways: results, connect, connectAlone }: AuthMethodsReport): string {
  const columns = authMethods.flatMap((method) => {
    const result = results.find(({ name }) => name === method.name);
    return result === undefined ? [] : [{ method, result }];
  });
  const asked = columns[0]?.result.held.asked ?? 0;
  const row = (title: string, cell: (result: AuthMethodResult, method: AuthMethod) => string): string[] => [
    title,
    ...columns.map(({ method, result }) => cell(result, method)),
  ];
  return table(
    ['', ...columns.map(({ method }) => method.title)],
    [
      row(`open sockets after ${measured(asked)} unauthenticated attempts`, ({ held }) =>
        measuredCount(held.openAtOnce),
      ),
      row('each socket stays open for', ({ held }) =>
        held.openMs === undefined ? '–' : duration(held.openMs.median / 1_000),
      ),
      row('server memory for these sockets', ({ held }) =>
        held.openAtOnce === 0 ? '–' : `${measured(held.bytes / 1e6)} MB`,
      ),
      row('secret in the server log', ({ log }) => holds(log.server)),
      row('secret in the proxy log', ({ log }) => holds(log.proxy)),
      row('a secret from the proxy log opens a socket', ({ log }) => opens(log.proxy, log.goodForSeconds)),
      row('and grants access to the HTTP API', ({ log }) => (found(log.proxy) === 0 ? '–' : yesNo(log.proxy.opensApi))),
      row('a logged secret that was never delivered opens a socket', ({ log }) =>
        opens(log.undelivered, log.goodForSeconds),
      ),
      row('attacker with the same address and User-Agent, no secret', ({ person }) =>
        shown(person.imposter, undefined),
      ),
      row('two users on that address: the first one connects as', ({ person }) =>
        shown(person.besideAnother, person.who),
      ),
      row('the user changes networks', ({ person }) =>
        person.moved === undefined ? 'not measured' : shown(person.moved, person.who),
      ),
      row('connects/s', (_, { peer }) => cell(connect, peer, ({ figures }) => measured(figures.median))),
      row('ratio to bare `ws`', (_, { peer }) => cell(connect, peer, (found) => ratio(found.ratio ?? 1))),
      row('latency of a single connect', (_, { peer }) =>
        cell(connectAlone, peer, ({ figures }) => `${measured(figures.median)} ms`),
      ),
    ],
  );
}

function cell({ rows }: Result, peer: string, show: (row: Result['rows'][number]) => string): string {
  const row = rows.find((each) => each.peer === peer);
  return row === undefined ? 'failed' : show(row);
}

function found({ tickets, jwts }: Leak): number {
  return tickets + jwts;
}

function holds(leak: Leak): string {
  if (found(leak) === 0) return 'none';
  return leak.jwts > 0 ? 'the JWT' : 'the ticket';
}

function opens(leak: Leak, seconds: number): string {
  if (found(leak) === 0) return '–';
  if (!leak.opensSocket) return 'no';
  return `yes, ${leak.opensAgain ? 'repeatedly' : 'once'}, for ${duration(seconds)}`;
}

/** @param who the real identity; another identity is printed in bold */
function shown(outcome: Outcome, who: string | undefined): string {
  switch (outcome.is) {
    case 'in':
      return outcome.user === who ? `connects as ${who}` : `**connects as ${outcome.user}**`;
    case 'refused':
      return `rejected, ${outcome.status}`;
    case 'closed':
      return 'accepted, then closed';
    case 'pending':
      return 'not authenticated, socket stays open';
  }
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function measuredCount(count: number): string {
  return count.toLocaleString('en-US');
}

function duration(seconds: number): string {
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${seconds.toFixed(0)} s`;
}

/** Renders `docs/benchmarks/ways.md`. */
export function authMethodsMarkdown(report: AuthMethodsReport): string {
  const { machine, at } = report;
  const parts = [
    '# Four ways to authenticate a WebSocket',
    `Produced by \`npm run measure:ways\` on ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, ` +
      `Node ${machine.node}, ${at.slice(0, 10)}. Explanation of the rows: [apps/bench](../../apps/bench/README.md#four-ways).`,
    authMethodsTable(report),
  ];
  return `${parts.join('\n\n')}\n`;
}
