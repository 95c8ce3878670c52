/**
 * Four ways to tell a server who opens a socket, side by side: what strangers hold, what reaches a log and is good for there, who is
 * taken for whom, and what a connect costs. Usage: `npm run measure:ways [-- --quick] [-- --rounds N]`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TokenResponse } from '@usher/protocol';
import { measure } from '../measure.ts';
import { connect, connectAlone } from '../measurements/connecting.ts';
import { installPeers, type RunningPeer, startPeer } from '../peers.ts';
import { createAccounts, type Accounts, accountCount, post } from '../accounts.ts';
import { runBench, startProgress } from '../process.ts';
import { withBlock } from '../report/markdown.ts';
import { thisMachine } from '../report/report.ts';
import { type Result, resultOf } from '../report/result.ts';
import { readArguments } from '../run-arguments.ts';
import { root } from '../server.ts';
import { type Somebody, type Way, ways } from './secrets.ts';
import { logTrial, personTrial, strangersHeld } from './trials.ts';
import { type WayResult, waysMarkdown, type WaysReport, waysTable } from './ways-table.ts';

/** What the server has unless an operator says otherwise: how long what was found in a log is good for is part of the result. */
const settings = { ACCESS_TOKEN_SECONDS: '900', TICKET_TTL_SECONDS: '30' };
const peers = ['ws', ...ways.map(({ peer }) => peer)] as const;

await runBench(async (folder, signal) => {
  const { quick, rounds, out } = readArguments(process.argv.slice(2), root);
  await installPeers();
  const progress = startProgress();
  progress('creating test users …');
  const accounts = await createAccounts(accountCount(quick));
  const made: WayResult[] = [];
  for (const way of ways) {
    progress(`${way.title} …`);
    made.push(await tryWay(way, accounts, { folder, strangers: quick ? 200 : 2_000 }));
  }
  const measureOne = async (measurement: typeof connect): Promise<Result> => {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    progress(`${measurement.name}, ${count} rounds …`);
    const taking = { ...measurement, peers, goals: [] };
    return resultOf(taking, await measure(taking, { rounds: count, quick, accounts, signal }), count, new Date());
  };
  const report: WaysReport = {
    machine: thisMachine(),
    at: new Date().toISOString(),
    ways: made,
    connect: await measureOne(connect),
    connectAlone: await measureOne(connectAlone),
  };
  process.stdout.write(`${waysTable(report)}\n`);
  if (quick) return;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'ways.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(out, 'ways.md'), waysMarkdown(report));
  const readme = join(root, 'README.md');
  writeFileSync(readme, withBlock(readFileSync(readme, 'utf8'), 'ways', waysTable(report)));
  progress(`written to ${relative(process.cwd(), out)} and the README`);
});

interface Trials {
  readonly folder: string;
  readonly strangers: number;
}

async function tryWay(way: Way, accounts: Accounts, { folder, strangers }: Trials): Promise<WayResult> {
  const log = join(folder, `${way.name}.log`);
  const api = await startPeer('usher', accounts, { settings, ...(way.peer === 'usher' ? { log } : {}) });
  let server: RunningPeer | undefined;
  try {
    server = way.peer === 'usher' ? api : await startPeer(way.peer, accounts, { log });
    const maggie = await signIn(api.port, 'maggie');
    const bart = await signIn(api.port, 'bart');
    return {
      name: way.name,
      held: await strangersHeld(way, server, strangers),
      log: await logTrial(way, { server, log, api: api.port, who: maggie, folder }),
      person: await personTrial(way, server, [maggie, bart]),
    };
  } finally {
    await server?.stop();
    await api.stop();
  }
}

async function signIn(port: number, user: string): Promise<Somebody> {
  const { token } = await post<TokenResponse>(`http://127.0.0.1:${port}`, '/auth', { user, pwd: 'secret' });
  return { user, token, agent: 'Mozilla/5.0 (a browser that many have)' };
}
