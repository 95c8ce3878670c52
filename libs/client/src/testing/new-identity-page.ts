import type { RoomsProtocol } from '@usher/protocol';
import { expect, onTestFinished, vi } from 'vitest';
import { createRooms } from '../rooms.ts';
import { fetchTicket } from '../socket/fetch-ticket.ts';
import type { TicketSocketOptions } from '../socket/options.ts';
import { TicketSocket } from '../socket/ticket-socket.ts';
import { FakeServer } from './fake-server.ts';
import type { FakeSocket } from './fake-socket.ts';
import { newJwt, settle, startAt, userOf } from './new-socket.ts';

export const ann = newJwt({ sub: 'ann', sid: 's1' });
export const annRefreshed = newJwt({ sub: 'ann', sid: 's1', iat: 2 });
export const annAgain = newJwt({ sub: 'ann', sid: 's2' });
export const bob = newJwt({ sub: 'bob', sid: 's3' });

/** A page that uses the client as in the README: a variable holds the token. */
export function newPage(
  token?: string,
  more: Partial<TicketSocketOptions> = {},
  read?: (token: string | undefined) => string | undefined | Promise<string | undefined>,
) {
  vi.useFakeTimers({ now: startAt });
  const server = new FakeServer();
  const page = { token };
  const ticket = fetchTicket({
    url: '/api/ws_ticket',
    token: () => (read ? read(page.token) : page.token),
    fetch: async (_, init) => {
      const authorization = new Headers(init?.headers).get('authorization');
      server.ticketCalls++;
      server.user = authorization?.includes('.') ? userOf(authorization) : server.user;
      return Response.json(await server.ticket(init?.signal ?? new AbortController().signal));
    },
  });
  server.ticket = () => Promise.resolve(server.issue(server.user));
  const socket = new TicketSocket<RoomsProtocol>({ ...server.options, ticket, ...more });
  const rooms = createRooms(socket);
  const room = rooms.room('general');
  let shown: readonly string[] = [];
  room.messages$.subscribe((messages) => {
    shown = messages.map(({ from, text }) => `${from}: ${text}`);
  });
  onTestFinished(() => {
    socket.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(server.live).toEqual([]);
    vi.useRealTimers();
  });
  return { server, page, socket, rooms, room, shown: () => shown };
}

/** The same with a connection, in the room `general`. */
export async function openPage(token: string, more?: Partial<TicketSocketOptions>) {
  const setup = newPage(token, more);
  setup.socket.connect();
  setup.room.open();
  await settle();
  expect(setup.socket.state.name).toBe('open');
  return setup;
}

/** Returns the texts that were sent over a socket. */
export const textsOf = (socket: FakeSocket | undefined): unknown[] =>
  (socket?.received ?? []).flatMap(({ type, text }) => (type === 'send' ? [text] : []));
