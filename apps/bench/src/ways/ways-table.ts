import { table } from '../report/markdown-table.ts';
import { measured, ratio } from '../report/numbers.ts';
import type { Result } from '../report/result.ts';
import type { Outcome } from './attempt.ts';
import type { Leak } from './log-trial.ts';
import { type Way, ways } from './way.ts';
import type { WayResult, WaysReport } from './ways-report.ts';

/** The four ways side by side, in Markdown: a column each. */
export function waysTable({ ways: results, connect, connectAlone }: WaysReport): string {
  const columns = ways.flatMap((way) => {
    const result = results.find(({ name }) => name === way.name);
    return result === undefined ? [] : [{ way, result }];
  });
  const asked = columns[0]?.result.held.asked ?? 0;
  const row = (title: string, cell: (result: WayResult, way: Way) => string): string[] => [
    title,
    ...columns.map(({ way, result }) => cell(result, way)),
  ];
  return table(
    ['', ...columns.map(({ way }) => way.title)],
    [
      row(`of ${measured(asked)} strangers hold a socket at once`, ({ held }) => measuredCount(held.openAtOnce)),
      row('each of them for', ({ held }) => (held.openMs === undefined ? '–' : duration(held.openMs.median / 1_000))),
      row('memory of the server that takes', ({ held }) =>
        held.openAtOnce === 0 ? '–' : `${measured(held.bytes / 1e6)} MB`,
      ),
      row('the log of the server holds', ({ log }) => holds(log.server)),
      row('the log of a proxy holds', ({ log }) => holds(log.proxy)),
      row('what stands there opens a socket', ({ log }) => opens(log.proxy, log.goodForSeconds)),
      row('and the HTTP API', ({ log }) => (found(log.proxy) === 0 ? '–' : yesNo(log.proxy.opensApi))),
      row('the same if the server was not reached', ({ log }) => opens(log.undelivered, log.goodForSeconds)),
      row('same address and User-Agent, no secret', ({ person }) => shown(person.imposter, undefined)),
      row('two people there: the first is let in as', ({ person }) => shown(person.besideAnother, person.who)),
      row('the network changed', ({ person }) =>
        person.moved === undefined ? 'not measured' : shown(person.moved, person.who),
      ),
      row('connects/s', (_, { peer }) => cell(connect, peer, ({ figures }) => measured(figures.median))),
      row('ratio to bare `ws`', (_, { peer }) => cell(connect, peer, (found) => ratio(found.ratio ?? 1))),
      row('one connect alone', (_, { peer }) =>
        cell(connectAlone, peer, ({ figures }) => `${measured(figures.median)} ms`),
      ),
    ],
  );
}

function cell({ rows }: Result, peer: string, show: (row: Result['rows'][number]) => string): string {
  const row = rows.find((each) => each.peer === peer);
  return row === undefined ? 'fell out' : show(row);
}

function found({ tickets, jwts }: Leak): number {
  return tickets + jwts;
}

function holds(leak: Leak): string {
  if (found(leak) === 0) return 'no secret';
  return leak.jwts > 0 ? 'the JWT' : 'the ticket';
}

function opens(leak: Leak, seconds: number): string {
  if (found(leak) === 0) return '–';
  if (!leak.opensSocket) return 'no';
  return `yes, ${leak.opensAgain ? 'again and again' : 'once'}, for ${duration(seconds)}`;
}

/** @param who who they are; whoever is let in as somebody else is printed in bold */
function shown(outcome: Outcome, who: string | undefined): string {
  switch (outcome.is) {
    case 'in':
      return outcome.user === who ? `let in as ${who}` : `**let in as ${outcome.user}**`;
    case 'refused':
      return `refused, ${outcome.status}`;
    case 'closed':
      return 'let in, then closed';
    case 'pending':
      return 'not let in, held';
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

/** The page of its own in docs/benchmarks. */
export function waysMarkdown(report: WaysReport): string {
  const { machine, at } = report;
  const parts = [
    '# Four ways to tell a server who opens a socket',
    `Made by \`npm run measure:ways\` on ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, ` +
      `Node ${machine.node}, ${at.slice(0, 10)}. What is done in each row: [apps/bench](../../apps/bench/README.md#four-ways).`,
    waysTable(report),
  ];
  return `${parts.join('\n\n')}\n`;
}
