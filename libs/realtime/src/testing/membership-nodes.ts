import { vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
} from '../membership/memory-memberships.ts';
import type { History } from '../rooms/history.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import type { RoomsOptions } from '../rooms/room-types.ts';
import { type Client, newNode, quiet } from './new-node.ts';

/** Memberships and read markers on a new store. */
export function inMemory(history: History) {
  const store = new MemoryMembershipStore(history);
  return { memberships: createMemoryMemberships(store), readMarkers: createMemoryReadMarkers(store) };
}

/** Two nodes of one deployment. */
export function installation(options: Partial<RoomsOptions> = {}) {
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const memory = inMemory(history);
  const memberships = options.memberships ?? memory.memberships;
  const readMarkers = options.readMarkers ?? memory.readMarkers;
  const shared = { ...options, bus, history, memberships, readMarkers };
  return { bus, history, memberships, readMarkers, here: newNode(shared), there: newNode(shared) };
}

/** Lets a batch of `unread` events be sent. */
export async function gathered(): Promise<void> {
  await quiet();
  await vi.advanceTimersByTimeAsync(500);
  await quiet();
}

/** A summary of the `unread` events that a client received. */
export function counts(client: Client): string[] {
  return client.received('unread').map(({ room, count, seq }) => `${String(room)} ${String(count)} of ${String(seq)}`);
}
