import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, figuresOf } from '../figures.ts';
import { ClosedByServer, type DialOptions, LeanSocket, Refused } from '../load/frames.ts';
import { settledBytes } from '../load/meter.ts';
import { type RunningPeer, startProxy } from '../peers.ts';
import { obtain, scanLog, type Somebody, type Way } from './secrets.ts';

/** What became of a dial. `pending`: the handshake was accepted, and nothing more came of it while one waited. */
export type Outcome =
  | { readonly is: 'in'; readonly user: string }
  | { readonly is: 'refused'; readonly status: number }
  | { readonly is: 'closed' }
  | { readonly is: 'pending' };

const waitMs = 1_000;

/** Dials, looks what comes of it, and hangs up. Rejects where the network failed. */
export function attempt(dial: DialOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = new LeanSocket(dial);
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.cut();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      done({ is: 'pending' });
    }, waitMs);
    socket.onText = (bytes, start, end) => {
      const said = JSON.parse(bytes.toString('utf8', start, end)) as { readonly type: string; readonly user?: string };
      if (said.type === 'welcome') done({ is: 'in', user: said.user ?? '' });
    };
    socket.onEnd = (reason) => {
      if (reason instanceof Refused) done({ is: 'refused', status: reason.status });
      else if (reason instanceof ClosedByServer) done({ is: 'closed' });
      else {
        clearTimeout(timer);
        reject(reason);
      }
    };
  });
}

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

/** Which identity the server assigns to a connection. */
export interface PersonTrial {
  readonly who: string;
  /** A client without a secret, with the address and User-Agent of a signed-in user. */
  readonly imposter: Outcome;
  /** Two signed-in users with the same address and User-Agent; the first one dials. */
  readonly besideAnother: Outcome;
  /** The same person from another address than before, as after a change of network; absent where loopback has only one. */
  readonly moved?: Outcome;
}

/** Loopback on Linux; not assigned on other systems. */
const otherAddress = '127.0.0.2';

export async function personTrial(
  way: Way,
  server: RunningPeer,
  [one, other]: readonly [Somebody, Somebody],
): Promise<PersonTrial> {
  const { port } = server;
  const place = { port, agent: one.agent };
  const own = await obtain(way, port, one);
  const first = await attempt({ ...place, ...way.dial(own.secret) });
  if (first.is !== 'in' || first.user !== one.user) throw new Error(`${way.name}: ${one.user} was not let in`);
  const imposter = await attempt({ ...place, ...way.dial() });
  const fresh = await obtain(way, port, one);
  await obtain(way, port, { ...other, agent: one.agent });
  const besideAnother = await attempt({ ...place, ...way.dial(fresh.secret) });
  const ahead = await obtain(way, port, one);
  const known = { who: one.user, imposter, besideAnother };
  if (process.platform !== 'linux') return known;
  return { ...known, moved: await attempt({ ...place, ...way.dial(ahead.secret), localAddress: otherAddress }) };
}

/** The server resources that unauthenticated clients occupy. */
export interface StrangersHeld {
  readonly asked: number;
  /** Sockets that were open at once. */
  readonly openAtOnce: number;
  /** How long they stayed open until the server closed them, in milliseconds; absent where none was opened. */
  readonly openMs?: Figures;
  /** Resident memory beyond what the server had before, with all of them there, in bytes; below zero is noise. */
  readonly bytes: number;
}

/** The maximum wait for servers that never close unauthenticated connections. */
const longestMs = 60_000;
const atOnce = 64;

/** Opens `count` connections without credentials and keeps them until the server closes them. */
export async function strangersHeld(way: Way, server: RunningPeer, count: number): Promise<StrangersHeld> {
  // Some come and go first, so that what a first connection loads is not counted.
  for (const early of (await dialAll(way, server.port, Math.ceil(count / 4))).sockets) early.cut();
  const before = await settledBytes(server.pid);
  const { openMs, sockets, openNow } = await dialAll(way, server.port, count);
  const openAtOnce = openNow();
  const bytes = (await settledBytes(server.pid)) - before;
  const until = performance.now() + longestMs;
  while (openNow() > 0 && performance.now() < until) await sleep(50);
  for (const socket of sockets) socket.cut();
  if (openNow() > 0)
    throw new Error(`${way.name}: ${openNow()} unauthenticated connections were still open after a minute`);
  return { asked: count, openAtOnce, ...(openMs.length === 0 ? {} : { openMs: figuresOf(openMs) }), bytes };
}

/** Resolves when every dial was accepted or refused. */
async function dialAll(way: Way, port: number, count: number) {
  const sockets: LeanSocket[] = [];
  const openMs: number[] = [];
  let open = 0;
  const dialOne = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = new LeanSocket({ port, ...way.dial(), agent: 'a stranger' });
      let openedAt: number | undefined;
      socket.onOpen = () => {
        openedAt = performance.now();
        open += 1;
        resolve();
      };
      socket.onEnd = () => {
        if (openedAt !== undefined) {
          open -= 1;
          openMs.push(performance.now() - openedAt);
        }
        resolve();
      };
      sockets.push(socket);
    });
  let left = count;
  const go = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await dialOne();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return { sockets, openMs, openNow: () => open };
}
