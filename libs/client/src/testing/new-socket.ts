import type { RoomsProtocol } from '@usher/protocol';
import { expect, onTestFinished, vi } from 'vitest';
import type { ConnectionState, Step } from '../socket/connection-state.ts';
import type { TicketSocketOptions } from '../socket/options.ts';
import { TicketSocket } from '../socket/ticket-socket.ts';
import { FakeServer } from './fake-server.ts';

/** The start time of the fake clock, Unix ms. */
export const startAt = 1_000_000_000;

/** Advances the fake clock and runs all timers and promise callbacks that are due. */
export const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Creates a client and its server with fake timers. Checks at the end of the test that no timer and no socket is active. */
export function newSocket(options: Partial<TicketSocketOptions> = {}) {
  vi.useFakeTimers({ now: startAt });
  const server = new FakeServer();
  const socket = new TicketSocket<RoomsProtocol>({ ...server.options, ...options });
  const states: ConnectionState[] = [];
  const steps: Step[] = [];
  socket.state$.subscribe((state) => states.push(state));
  socket.log$.subscribe((step) => steps.push(step));
  onTestFinished(() => {
    socket.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(server.live).toEqual([]);
    vi.useRealTimers();
  });
  return { server, socket, states, steps };
}

/** The same, connected. */
export async function openSocket(options: Partial<TicketSocketOptions> = {}) {
  const setup = newSocket(options);
  setup.socket.connect();
  await settle();
  expect(setup.socket.state.name).toBe('open');
  return setup;
}

/** Creates an unsigned JWT with these claims. */
export function newJwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.signature`;
}

/** Returns the `sub` of the JWT in an `Authorization` header. */
export function userOf(authorization: string | null): string {
  const payload = authorization?.split('.')[1] ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly sub: string }).sub;
}
