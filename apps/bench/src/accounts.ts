import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchTicket, TicketSocket } from '@usher/client';
import type { RoomsProtocol, TokenResponse } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';
import { startServer, usherSettings } from './server.ts';

/** Signed-in users, and a data folder with their accounts. */
export interface Accounts {
  /** Access tokens, one per session. */
  readonly tokens: readonly string[];
  /** The key that signs the tokens. */
  readonly secret: string;
  /** The data folder with the accounts. Absent if they are in PostgreSQL. */
  readonly data?: string;
}

/** @returns the number of users whose sessions may request enough tickets for every round */
export function accountCount(quick: boolean): number {
  return quick ? 40 : 200;
}

/** As `accountCount`, for the measurements of several nodes, which open fewer connections. */
export function clusterAccountCount(quick: boolean): number {
  return quick ? 20 : 60;
}

const sessionsPerUser = 5;
const concurrency = 4;
const pwd = 'bench password';

/**
 * Creates users and signs them in over HTTP. Each call takes a password hash, so this happens once per run. A session may request
 * 60 tickets per minute, so the load needs many sessions.
 *
 * @param database the URL of a PostgreSQL database for the accounts. Defaults to a new data folder
 */
export async function createAccounts(count: number, database?: string): Promise<Accounts> {
  const secret = randomBytes(32).toString('base64url');
  const data = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const stored = database === undefined ? {} : { DATABASE_URL: database };
  const server = await startServer({
    folder: data,
    env: { ...usherSettings, ...stored, SIGN_UP: 'open', JWT_SECRET: secret },
  });
  try {
    const tokens: string[] = [];
    let next = 0;
    const create = async (): Promise<void> => {
      while (next < count) {
        const user = `user-${next++}`;
        await post(server.url, '/users', { user, pwd });
        for (let n = 0; n < sessionsPerUser; n++) {
          tokens.push((await post<TokenResponse>(server.url, '/auth', { user, pwd })).token);
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, create));
    return { tokens, secret, ...(database === undefined ? { data } : {}) };
  } finally {
    await server.stop();
  }
}

/** A signed-in user with one session. */
export interface SignedInUser {
  readonly session: string;
  /** The access token. */
  readonly token: string;
  /** Calls the API with the token. Rejects if the status is not 2xx. */
  readonly call: (method: string, path: string) => Promise<unknown>;
  /** Resolves to an open socket of this session. */
  readonly connect: () => Promise<TicketSocket<RoomsProtocol>>;
}

export async function signIn(url: string, user: string, pwd = 'secret'): Promise<SignedInUser> {
  const { token } = await post<TokenResponse>(url, '/auth', { user, pwd });
  const call = async (method: string, path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  };
  const { session } = (await call('GET', '/me')) as { readonly session: string };
  return {
    session,
    token,
    call,
    async connect() {
      const socket = new TicketSocket<RoomsProtocol>({
        url: `${url.replace('http', 'ws')}/api/ws`,
        ticket: fetchTicket({ url: `${url}/api/ws_ticket`, token: () => token }),
      });
      socket.connect();
      await firstValueFrom(socket.state$.pipe(filter(({ name }) => name === 'open')));
      return socket;
    },
  };
}

/** Posts JSON to the API and resolves to the response body. Rejects if the status is not 2xx. */
export async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status}`);
  return (await response.json()) as T;
}
