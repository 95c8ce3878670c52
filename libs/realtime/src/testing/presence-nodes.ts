import { roomBounds } from '@usher/protocol/server';
import { beforeEach, onTestFinished, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { type Client, newNode, quiet } from './new-node.ts';

/** The default grace period of a node. */
export const graceMs = 10_000;
/** After this time, the next change of a user in a room is sent immediately. */
export const everyMs = roomBounds.presenceEveryMs;

/** Replaces the timers of each test in a file. */
export function useFakeTimers(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  });
}

/** Lets this number of milliseconds pass, with everything that happens meanwhile. */
export async function pass(ms: number): Promise<void> {
  await quiet();
  await vi.advanceTimersByTimeAsync(ms);
  await quiet();
}

/** A summary of the presence changes that a client received. */
export function received(client: Client): string[] {
  return client
    .received('presence')
    .map(({ room, user, status }) => `${String(room)} ${String(user)} ${String(status)}`);
}

/** Joins a room. @returns the present users that the reply lists */
export async function join(client: Client, room = 'general'): Promise<unknown> {
  const { data } = await client.request('join', { room });
  await quiet();
  return (data as { present: unknown }).present;
}

/** Two nodes. `bart` is in the room `general` on the second one and observes. */
export async function twoNodes() {
  const bus = createMemoryBus();
  const here = newNode({ bus });
  const there = newNode({ bus });
  const bart = there.connect('bart');
  await join(bart);
  return { bus, here, there, bart };
}
