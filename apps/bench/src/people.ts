import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchTicket, TicketSocket } from '@usher/client';
import type { RoomsProtocol, TokenResponse } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';
import { startServer, usherSettings } from './server.ts';

/** Signed-in users, and a data folder that contains them. */
export interface People {
  /** Access tokens, one a session. */
  readonly tokens: readonly string[];
  /** What they are signed with. */
  readonly secret: string;
  readonly data: string;
}

/** For tickets at the pace of the fullest rounds; each of them has five sessions. */
export function peopleOf(quick: boolean): number {
  return quick ? 40 : 200;
}

const sessionsOfEach = 5;
const atOnce = 4;
const pwd = 'somebody at the bench';

/**
 * Signs people up and in, over the wire. It costs a password hash each, so it is done once and before anything is measured;
 * and a session may ask for sixty tickets a minute, so there are many.
 */
export async function invitePeople(count: number): Promise<People> {
  const secret = randomBytes(32).toString('base64url');
  const data = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const server = await startServer({ folder: data, env: { ...usherSettings, SIGN_UP: 'open', JWT_SECRET: secret } });
  try {
    const tokens: string[] = [];
    let next = 0;
    const invite = async (): Promise<void> => {
      while (next < count) {
        const user = `guest-${next++}`;
        await post(server.url, '/users', { user, pwd });
        for (let n = 0; n < sessionsOfEach; n++) {
          tokens.push((await post<TokenResponse>(server.url, '/auth', { user, pwd })).token);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, invite));
    return { tokens, secret, data };
  } finally {
    await server.stop();
  }
}

/** A signed-in user with one session. */
export interface Person {
  readonly session: string;
  /** Calls the API with the token; throws if the status is not 2xx. */
  readonly call: (method: string, path: string) => Promise<unknown>;
  /** An open socket of this session. */
  readonly connect: () => Promise<TicketSocket<RoomsProtocol>>;
}

export async function signIn(url: string, user: string, pwd = 'secret'): Promise<Person> {
  const { token } = await post<TokenResponse>(url, '/auth', { user, pwd });
  const call = async (method: string, path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  };
  const { session } = (await call('GET', '/me')) as { readonly session: string };
  return {
    session,
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

/** Posts JSON to the API and resolves to the answer; throws where it says no. */
export async function post<T>(url: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status}`);
  return (await answer.json()) as T;
}
