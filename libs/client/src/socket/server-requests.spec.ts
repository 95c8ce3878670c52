import { expect, test } from 'vitest';
import { openSocket, settle } from '../testing/new-socket.ts';
import { RequestFailed } from './errors.ts';
import { handleRequest } from './server-requests.ts';
import type { TicketSocket } from './ticket-socket.ts';
import type { Protocol, Schema } from '@usher/protocol';

interface Shop extends Protocol {
  readonly serverRequests: {
    readonly confirm: { readonly params: Schema<{ question: string }>; readonly reply: Schema<{ yes: boolean }> };
  };
}

async function newShop() {
  const { server, socket } = await openSocket();
  const responses = (): unknown[] => server.last.received.filter(({ type }) => type === 'response');
  const request = (number: number, question = 'really?') => {
    server.last.emit({ type: 'request', request: number, name: 'confirm', params: { question } });
  };
  return { server, socket: socket as unknown as TicketSocket<Shop>, responses, request };
}

test('a handler responds to a request of the server', async () => {
  const { socket, responses, request } = await newShop();
  handleRequest(socket, 'confirm', ({ question }) => ({ yes: question === 'really?' }));
  request(1);
  request(2, 'no?');
  await settle();
  expect(responses()).toEqual([
    { type: 'response', request: 1, data: { yes: true } },
    { type: 'response', request: 2, data: { yes: false } },
  ]);
});

test('a request without a handler fails with unknown_type, even after the handler was removed', async () => {
  const { socket, responses, request } = await newShop();
  request(1);
  const remove = handleRequest(socket, 'confirm', () => ({ yes: true }));
  remove();
  request(2);
  await settle();
  expect(responses()).toMatchObject([{ code: 'unknown_type' }, { code: 'unknown_type' }]);
});

test('an error of the handler is sent as its code, or as internal without its message', async () => {
  const { socket, responses, request } = await newShop();
  handleRequest(socket, 'confirm', () => Promise.reject(new RequestFailed('declined', 'not now')));
  request(1);
  await settle();
  handleRequest(socket, 'confirm', () => {
    throw new Error('secret');
  });
  request(2);
  await settle();
  expect(responses()).toEqual([
    { type: 'response', request: 1, code: 'declined', message: 'not now' },
    { type: 'response', request: 2, code: 'internal', message: 'internal' },
  ]);
});

test('the response is not sent over a later connection, which may belong to another user', async () => {
  const { server, socket, request } = await newShop();
  const reply = Promise.withResolvers<{ yes: boolean }>();
  handleRequest(socket, 'confirm', () => reply.promise);
  request(1);
  server.last.end(1012);
  await settle(60_000);
  expect(socket.state.name).toBe('open');
  reply.resolve({ yes: true });
  await settle();
  expect(server.sockets.flatMap(({ received }) => received).filter(({ type }) => type === 'response')).toEqual([]);
});
