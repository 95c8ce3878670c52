import { onTestFinished } from 'vitest';
import type { Presence, PresenceView, Status } from '../presence/presence.ts';

/** Two nodes on one new, empty store. For an implementation within one process both may be the same. */
export interface PresenceUnderTest {
  readonly here: Presence;
  readonly there: Presence;
  /** Lets this number of milliseconds pass on the clock of the store. */
  advance(ms: number): Promise<void> | void;
  /** Makes the store unavailable until the returned function is called. */
  interrupt(): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

export const graceMs = 10_000;

export type CreatePresence = () => Promise<PresenceUnderTest> | PresenceUnderTest;

/** Opens two nodes, each with a lease. The node `yonder` uses the same instance as `there`. */
export async function open(create: CreatePresence) {
  const subject = await create();
  onTestFinished(async () => {
    await subject.close?.();
  });
  const { here, there } = subject;
  const of = (node: string): Presence => (node === 'here' ? here : there);
  const summary = (changes: Awaited<ReturnType<Presence['set']>>): string[] =>
    changes.map(({ room, user, before, after }) => `${room} ${user}: ${before} → ${after}`);
  for (const node of ['here', 'there', 'yonder']) await of(node).renew(node);
  /** Sets views of a node and returns a summary of each change. */
  const set = async (node: string, ...views: PresenceView[]): Promise<string[]> =>
    summary(await of(node).set(node, views));
  /** Renews the lease of a node and returns a summary of each change. */
  const renew = async (node: string): Promise<string[]> => summary((await of(node).renew(node)).changes);
  const statusOf = async (user: string, room = 'one', node = 'there'): Promise<Status> =>
    (await of(node).list(room)).present.find((other) => other.user === user)?.status ?? 'offline';
  return { subject, presence: here, here, there, set, renew, statusOf };
}

export function live(user: string, status: Status): PresenceView {
  return { room: 'one', user, live: status, held: 'offline', heldForMs: 0, left: false };
}

export function held(user: string, status: Status, heldForMs = graceMs): PresenceView {
  return { room: 'one', user, live: 'offline', held: status, heldForMs, left: false };
}
