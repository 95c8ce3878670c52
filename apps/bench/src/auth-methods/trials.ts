import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, figuresOf } from '../figures.ts';
import { ClosedByServer, type DialOptions, LeanSocket, Refused } from '../load/frames.ts';
import { settledBytes } from '../load/meter.ts';
import { type RunningPeer, startProxy } from '../peers.ts';
import { obtain, scanLog, type TestUser, type AuthMethod } from './methods.ts';

/** The result of a dial. `pending`: the server accepted the handshake, but sent no message within a second. */
export type Outcome =
  | { readonly is: 'in'; readonly user: string }
  | { readonly is: 'refused'; readonly status: number }
  | { readonly is: 'closed' }
  | { readonly is: 'pending' };

const waitMs = 1_000;

/** Dials, waits for the result, and disconnects. Rejects on network errors. */
function attempt(dial: DialOptions): Promise<Outcome> {
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
      const message = JSON.parse(bytes.toString('utf8', start, end)) as {
        readonly type: string;
        readonly user?: string;
      };
      if (message.type === 'welcome') done({ is: 'in', user: message.user ?? '' });
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
  /** A secret from the log opened a socket of its user. */
  readonly opensSocket: boolean;
  /** A secret from the log opened a socket for the second time. */
  readonly opensAgain: boolean;
  /** Usher's HTTP API accepted a secret from the log as a bearer token. */
  readonly opensApi: boolean;
}

export interface LogTrial {
  /** The server's own log. */
  readonly server: Leak;
  /** The log of a proxy in front of it. */
  readonly proxy: Leak;
  /** The log of a proxy that could not reach the server, with a secret that was never consumed. */
  readonly undelivered: Leak;
  /** The validity of the secret in seconds. */
  readonly goodForSeconds: number;
}

export interface LogTrialOptions {
  readonly server: RunningPeer;
  /** The file that the server logs to. */
  readonly log: string;
  /** The port of Usher's API. */
  readonly api: number;
  readonly who: TestUser;
  /** The folder for the logs of the proxies. */
  readonly folder: string;
}

/** A port on which no program listens. */
const deadPort = 1;

/** A user connects through a proxy. Then an attacker reads the logs and tries the secrets in them. */
export async function logTrial(method: AuthMethod, means: LogTrialOptions): Promise<LogTrial> {
  const { server, log, who, folder } = means;
  const proxyLog = join(folder, `${method.name}.proxy.log`);
  const deadLog = join(folder, `${method.name}.undelivered.log`);
  const proxy = await startProxy(server.port, proxyLog);
  const dead = await startProxy(deadPort, deadLog);
  try {
    const { secret, seconds } = await obtain(method, proxy.port, who);
    const outcome = await attempt({ port: proxy.port, ...method.dial(secret), agent: who.agent });
    if (outcome.is !== 'in')
      throw new Error(`${method.name}: the user was not accepted through the proxy: ${outcome.is}`);
    const unused = await obtain(method, server.port, who);
    const failed = await attempt({ port: dead.port, ...method.dial(unused.secret), agent: who.agent });
    if (failed.is !== 'refused' || failed.status !== 502) throw new Error('the proxy must return 502');
    return {
      server: await leakOf(method, means, read(log)),
      proxy: await leakOf(method, means, read(proxyLog)),
      undelivered: await leakOf(method, means, read(deadLog)),
      goodForSeconds: seconds,
    };
  } finally {
    await Promise.all([proxy.stop(), dead.stop()]);
  }
}

/** @throws Error if the log is empty, because the trial would prove nothing */
function read(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (text === '') throw new Error(`${file} is empty`);
  return text;
}

async function leakOf(method: AuthMethod, { server, api }: LogTrialOptions, text: string): Promise<Leak> {
  const { tickets, jwts } = scanLog(text);
  const found = [...tickets, ...jwts];
  // With a different User-Agent, so that only the secret can open the socket.
  const tryAll = async (): Promise<boolean> => {
    let isIn = false;
    for (const secret of found) {
      const { is } = await attempt({ port: server.port, ...method.dial(secret), agent: 'attacker' });
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
export interface IdentityTrial {
  readonly who: string;
  /** A client without a secret, with the address and User-Agent of a signed-in user. */
  readonly imposter: Outcome;
  /** Two signed-in users with the same address and User-Agent; the first one dials. */
  readonly besideAnother: Outcome;
  /** The same user from another address, as after a change of network. Absent if loopback has only one address. */
  readonly moved?: Outcome;
}

/** Loopback on Linux; not assigned on other systems. */
const otherAddress = '127.0.0.2';

export async function identityTrial(
  method: AuthMethod,
  server: RunningPeer,
  [one, other]: readonly [TestUser, TestUser],
): Promise<IdentityTrial> {
  const { port } = server;
  const place = { port, agent: one.agent };
  const own = await obtain(method, port, one);
  const first = await attempt({ ...place, ...method.dial(own.secret) });
  if (first.is !== 'in' || first.user !== one.user) throw new Error(`${method.name}: ${one.user} was not accepted`);
  const imposter = await attempt({ ...place, ...method.dial() });
  const fresh = await obtain(method, port, one);
  await obtain(method, port, { ...other, agent: one.agent });
  const besideAnother = await attempt({ ...place, ...method.dial(fresh.secret) });
  const ahead = await obtain(method, port, one);
  const known = { who: one.user, imposter, besideAnother };
  if (process.platform !== 'linux') return known;
  return { ...known, moved: await attempt({ ...place, ...method.dial(ahead.secret), localAddress: otherAddress }) };
}

/** The server resources that unauthenticated clients occupy. */
export interface HeldSockets {
  readonly asked: number;
  /** Sockets that were open at once. */
  readonly openAtOnce: number;
  /** How long they stayed open until the server closed them, in milliseconds. Absent if none was opened. */
  readonly openMs?: Figures;
  /** The resident memory that they added, in bytes. Negative values are noise. */
  readonly bytes: number;
}

/** The maximum wait for servers that never close unauthenticated connections. */
const longestMs = 60_000;
const concurrency = 64;

/** Opens `count` connections without credentials and keeps them until the server closes them. */
export async function holdSockets(method: AuthMethod, server: RunningPeer, count: number): Promise<HeldSockets> {
  // Exclude one-time allocations.
  for (const early of (await dialAll(method, server.port, Math.ceil(count / 4))).sockets) early.cut();
  const before = await settledBytes(server.pid);
  const { openMs, sockets, openNow } = await dialAll(method, server.port, count);
  const openAtOnce = openNow();
  const bytes = (await settledBytes(server.pid)) - before;
  const until = performance.now() + longestMs;
  while (openNow() > 0 && performance.now() < until) await sleep(50);
  for (const socket of sockets) socket.cut();
  if (openNow() > 0)
    throw new Error(`${method.name}: ${openNow()} unauthenticated connections were still open after a minute`);
  return { asked: count, openAtOnce, ...(openMs.length === 0 ? {} : { openMs: figuresOf(openMs) }), bytes };
}

/** Opens `count` connections without credentials. Resolves when each was accepted or rejected. */
async function dialAll(method: AuthMethod, port: number, count: number) {
  const sockets: LeanSocket[] = [];
  const openMs: number[] = [];
  let open = 0;
  const dialOne = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = new LeanSocket({ port, ...method.dial(), agent: 'unauthenticated' });
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
  await Promise.all(Array.from({ length: concurrency }, go));
  return { sockets, openMs, openNow: () => open };
}
