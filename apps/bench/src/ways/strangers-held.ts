import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, figuresOf } from '../figures.ts';
import { LeanSocket } from '../load/lean-socket.ts';
import { settledBytes } from '../load/settled.ts';
import type { RunningPeer } from '../peers.ts';
import type { Way } from './way.ts';

/** The server resources that unauthenticated clients occupy. */
export interface StrangersHeld {
  readonly asked: number;
  /** Sockets that were open at once. */
  readonly openAtOnce: number;
  /** How long they stayed open until the server closed them, in milliseconds; absent where none was opened. */
  readonly openMs?: Figures;
  /** Resident memory beyond what the server had before, with all of them there, in bytes; below zero is noise. */
  readonly bytes: number;
}

/** The maximum wait for servers that never close unauthenticated connections. */
const longestMs = 60_000;
const atOnce = 64;

/** Opens `count` connections without credentials and keeps them until the server closes them. */
export async function strangersHeld(way: Way, server: RunningPeer, count: number): Promise<StrangersHeld> {
  // Some come and go first, so that what a first connection loads is not counted.
  for (const early of (await dialAll(way, server.port, Math.ceil(count / 4))).sockets) early.cut();
  const before = await settledBytes(server.pid);
  const { openMs, sockets, openNow } = await dialAll(way, server.port, count);
  const openAtOnce = openNow();
  const bytes = (await settledBytes(server.pid)) - before;
  const until = performance.now() + longestMs;
  while (openNow() > 0 && performance.now() < until) await sleep(50);
  for (const socket of sockets) socket.cut();
  if (openNow() > 0)
    throw new Error(`${way.name}: ${openNow()} unauthenticated connections were still open after a minute`);
  return { asked: count, openAtOnce, ...(openMs.length === 0 ? {} : { openMs: figuresOf(openMs) }), bytes };
}

/** Resolves when every dial was accepted or refused. */
async function dialAll(way: Way, port: number, count: number) {
  const sockets: LeanSocket[] = [];
  const openMs: number[] = [];
  let open = 0;
  const dialOne = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = new LeanSocket({ port, ...way.dial(), agent: 'a stranger' });
      let openedAt: number | undefined;
      socket.opened = () => {
        openedAt = performance.now();
        open += 1;
        resolve();
      };
      socket.gone = () => {
        if (openedAt !== undefined) {
          open -= 1;
          openMs.push(performance.now() - openedAt);
        }
        resolve();
      };
      sockets.push(socket);
    });
  let left = count;
  const go = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await dialOne();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return { sockets, openMs, openNow: () => open };
}
