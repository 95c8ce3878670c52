import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningPeer, startProxy } from '../peers.ts';
import { attempt } from './attempt.ts';
import { scanLog } from './log-scan.ts';
import { obtain, type Somebody } from './secrets.ts';
import type { Way } from './way.ts';

/** The secrets in one log, and what a reader of the log can do with them. */
export interface Leak {
  readonly tickets: number;
  readonly jwts: number;
  /** Something that was found let its finder in, as a socket of the one whose it was. */
  readonly opensSocket: boolean;
  /** Found in the log and used a second time by the finder. */
  readonly opensAgain: boolean;
  /** Something that was found was taken by Usher's HTTP API as a bearer token. */
  readonly opensApi: boolean;
}

export interface LogTrial {
  /** The server's own log. */
  readonly server: Leak;
  /** The log of a proxy in front of it. */
  readonly proxy: Leak;
  /** The log of a proxy that could not reach the server: what it logged was never used by its owner. */
  readonly undelivered: Leak;
  /** How long what the way uses is good for, in seconds, from when it was made or looked at. */
  readonly goodForSeconds: number;
}

export interface LogTrialMeans {
  readonly server: RunningPeer;
  /** The file that the server logs to. */
  readonly log: string;
  /** Usher's port, whose API the tokens are for. */
  readonly api: number;
  readonly who: Somebody;
  /** For the logs of the proxies. */
  readonly folder: string;
}

/** No program listens on it. */
const deadPort = 1;

/** A user connects through a proxy. Then an attacker reads the logs and tries the secrets in them. */
export async function logTrial(way: Way, means: LogTrialMeans): Promise<LogTrial> {
  const { server, log, who, folder } = means;
  const proxyLog = join(folder, `${way.name}.proxy.log`);
  const deadLog = join(folder, `${way.name}.undelivered.log`);
  const proxy = await startProxy(server.port, proxyLog);
  const dead = await startProxy(deadPort, deadLog);
  try {
    const { secret, seconds } = await obtain(way, proxy.port, who);
    const outcome = await attempt({ port: proxy.port, ...way.dial(secret), agent: who.agent });
    if (outcome.is !== 'in') throw new Error(`${way.name}: its owner was not let in through the proxy: ${outcome.is}`);
    const unused = await obtain(way, server.port, who);
    const failed = await attempt({ port: dead.port, ...way.dial(unused.secret), agent: who.agent });
    if (failed.is !== 'refused' || failed.status !== 502) throw new Error('the proxy reached what is not there');
    return {
      server: await leakOf(way, means, read(log)),
      proxy: await leakOf(way, means, read(proxyLog)),
      undelivered: await leakOf(way, means, read(deadLog)),
      goodForSeconds: seconds,
    };
  } finally {
    await Promise.all([proxy.stop(), dead.stop()]);
  }
}

/** A log that is empty holds no secret either, and would prove nothing. */
function read(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (text === '') throw new Error(`${file} is empty`);
  return text;
}

async function leakOf(way: Way, { server, api }: LogTrialMeans, text: string): Promise<Leak> {
  const { tickets, jwts } = scanLog(text);
  const found = [...tickets, ...jwts];
  // From an agent of the finder's own: what was found is to open the socket, not where it is used from.
  const tryAll = async (): Promise<boolean> => {
    let isIn = false;
    for (const secret of found) {
      const { is } = await attempt({ port: server.port, ...way.dial(secret), agent: 'a thief' });
      isIn ||= is === 'in';
    }
    return isIn;
  };
  let opensApi = false;
  for (const secret of found) {
    const headers = { authorization: `Bearer ${secret}` };
    opensApi ||= (await fetch(`http://127.0.0.1:${api}/api/me`, { headers })).ok;
  }
  return {
    tickets: tickets.length,
    jwts: jwts.length,
    opensSocket: await tryAll(),
    opensAgain: await tryAll(),
    opensApi,
  };
}
