import type { RoomsProtocol } from '@usher/protocol';
import { expect, onTestFinished, vi } from 'vitest';
import type { ConnectionState, Step } from '../connection-state.ts';
import type { TicketSocketOptions } from '../options.ts';
import { TicketSocket } from '../ticket-socket.ts';
import { FakeServer } from './fake-server.ts';

/** Unix ms at which the clock of every test begins. */
export const startAt = 1_000_000_000;

/** Lets that much time pass, and all that follows from what has happened. */
export const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** A client and its server on a clock of their own. At the end of the test nothing of it may be left running. */
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
  const made = newSocket(options);
  made.socket.connect();
  await settle();
  expect(made.socket.state.name).toBe('open');
  return made;
}
