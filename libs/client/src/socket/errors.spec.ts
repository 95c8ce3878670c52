import { expect, test } from 'vitest';
import { Disconnected, RequestFailed, TicketRefused, TicketSocket, TimedOut } from '../index.ts';
import { OutboxFull } from '../rooms.ts';
import { RefreshRefused, SessionEnded } from '../session.ts';
import { FakeServer } from '../testing.ts';

test.each<[string, Error, abstract new (...args: never) => Error]>([
  ['Disconnected', new Disconnected(), Disconnected],
  ['TimedOut', new TimedOut(), TimedOut],
  ['RequestFailed', new RequestFailed('too_long'), RequestFailed],
  ['TicketRefused', new TicketRefused('draining', 503), TicketRefused],
  ['RefreshRefused', new RefreshRefused('draining', 503), TicketRefused],
  ['SessionEnded', new SessionEnded('expired'), SessionEnded],
  ['OutboxFull', new OutboxFull(), OutboxFull],
])('%s has a name, a message and its class', (name, error, type) => {
  expect(error).toBeInstanceOf(type);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe(name);
  expect(error.message).not.toBe('');
  expect(String(error)).toContain(name);
});

test('a created socket is an instance of TicketSocket', () => {
  expect(new TicketSocket(new FakeServer().options)).toBeInstanceOf(TicketSocket);
});
