import { figuresOf } from '../figures.ts';
import type { Load } from './load.ts';

export interface PacedRoom {
  /** Publishes so many messages, and tells how long deliveries took in milliseconds, from the publisher's write to a member's read. */
  publish(messages: number): Promise<{ readonly median: number; readonly p99: number; readonly deliveries: number }>;
}

const everyMs = 50;
const text = 'x'.repeat(200);

/** A room with so many members, one of whom says something twenty times a second whatever becomes of it. */
export async function openPacedRoom(load: Load, members: number): Promise<PacedRoom> {
  const { dialect } = load;
  const sockets = await load.members(members);
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('the room has no members');
  return {
    async publish(messages) {
      const sentAt: number[] = [];
      const took: number[] = [];
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      for (const socket of sockets) {
        // Which message comes next: all get all of them, in their order.
        socket.tag = 0;
        socket.heard = (bytes, start, _end, self) => {
          if (dialect.kindOf(bytes, start) !== 'message') return;
          took.push(performance.now() - (sentAt[self.tag] ?? 0));
          self.tag += 1;
          if (took.length === messages * members) resolve(undefined);
        };
      }
      const timer = setInterval(() => {
        sentAt.push(performance.now());
        publisher.write(dialect.publish(text));
        if (sentAt.length === messages) clearInterval(timer);
      }, everyMs);
      await over;
      return { ...figuresOf(took), deliveries: took.length };
    },
  };
}
