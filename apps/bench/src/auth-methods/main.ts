/**
 * Compares four methods to authenticate a WebSocket: the sockets that unauthenticated clients hold, the secrets in logs, mistaken
 * identities, and the cost of a connect. Usage: `npm run measure:ways [-- --quick] [-- --rounds N]`.
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
import { type TestUser, type AuthMethod, authMethods } from './methods.ts';
import { logTrial, identityTrial, holdSockets } from './trials.ts';
import { type AuthMethodResult, authMethodsMarkdown, type AuthMethodsReport, authMethodsTable } from './report.ts';

/** The default settings of the server, because the validity of a logged secret is part of the result. */
const settings = { ACCESS_TOKEN_SECONDS: '900', TICKET_TTL_SECONDS: '30' };
const peers = ['ws', ...authMethods.map(({ peer }) => peer)] as const;

await runBench(async (folder, signal) => {
  const { quick, rounds, out } = readArguments(process.argv.slice(2), root);
  await installPeers();
  const progress = startProgress();
  progress('creating test users …');
  const accounts = await createAccounts(accountCount(quick));
  const made: AuthMethodResult[] = [];
  for (const method of authMethods) {
    progress(`${method.title} …`);
    made.push(await tryMethod(method, accounts, { folder, clients: quick ? 200 : 2_000 }));
  }
  const measureOne = async (measurement: typeof connect): Promise<Result> => {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    progress(`${measurement.name}, ${count} rounds …`);
    const taking = { ...measurement, peers, goals: [] };
    return resultOf(taking, await measure(taking, { rounds: count, quick, accounts, signal }), count, new Date());
  };
  const report: AuthMethodsReport = {
    machine: thisMachine(),
    at: new Date().toISOString(),
    ways: made,
    connect: await measureOne(connect),
    connectAlone: await measureOne(connectAlone),
  };
  process.stdout.write(`${authMethodsTable(report)}\n`);
  if (quick) return;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'ways.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(out, 'ways.md'), authMethodsMarkdown(report));
  const readme = join(root, 'README.md');
  writeFileSync(readme, withBlock(readFileSync(readme, 'utf8'), 'ways', authMethodsTable(report)));
  progress(`written to ${relative(process.cwd(), out)} and the README`);
});

interface Trials {
  readonly folder: string;
  readonly clients: number;
}

async function tryMethod(
  method: AuthMethod,
  accounts: Accounts,
  { folder, clients }: Trials,
): Promise<AuthMethodResult> {
  const log = join(folder, `${method.name}.log`);
  const api = await startPeer('usher', accounts, { settings, ...(method.peer === 'usher' ? { log } : {}) });
  let server: RunningPeer | undefined;
  try {
    server = method.peer === 'usher' ? api : await startPeer(method.peer, accounts, { log });
    const maggie = await signIn(api.port, 'maggie');
    const bart = await signIn(api.port, 'bart');
    return {
      name: method.name,
      held: await holdSockets(method, server, clients),
      log: await logTrial(method, { server, log, api: api.port, who: maggie, folder }),
      person: await identityTrial(method, server, [maggie, bart]),
    };
  } finally {
    await server?.stop();
    await api.stop();
  }
}

async function signIn(port: number, user: string): Promise<TestUser> {
  const { token } = await post<TokenResponse>(`http://127.0.0.1:${port}`, '/auth', { user, pwd: 'secret' });
  return { user, token, agent: 'Mozilla/5.0 (a common browser)' };
}
