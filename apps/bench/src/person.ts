import { fetchTicket, TicketSocket } from '@usher/client';
import type { RoomsProtocol, TokenResponse } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';
import { post } from './post.ts';

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
