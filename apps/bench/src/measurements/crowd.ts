import { setTimeout as sleep } from 'node:timers/promises';
import { comeBack, speak } from '../load/coming-back.ts';
import { eventLoopLagMs } from '../load/event-loop-lag.ts';
import type { LeanSocket } from '../load/lean-socket.ts';
import type { Measurement } from '../measurement.ts';

/** Between rounds, for what was cut to be noticed and put away. */
const restMs = 500;

/**
 * Everybody is cut at once and comes back at once, each with a fresh ticket over the kept-alive connection that they have for
 * tickets, and into the room where they were: the time until the last one is back. Where messages are kept, ten are said and
 * acknowledged meanwhile, and a round in which somebody misses one of them fails.
 */
export const crowd: Measurement = {
  name: 'crowd',
  title: '4,000 cut at once, all back with a fresh ticket',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'fastify-websocket', 'first-message', 'ticket-gate', 'socket-io', 'bun', 'usher'],
  goals: [{ to: 'ws', bound: 1.4 }],
  rounds: { full: 11, quick: 1 },
  async prepare(load, quick) {
    const count = quick ? 500 : 4_000;
    const lines = Array.from({ length: count }, () => load.line());
    const left = [...lines];
    let crowd: LeanSocket[] = [];
    await load.ready(count + 1);
    const speaker = await load.enter(load.line());
    await load.each(count, async () => {
      const line = left.pop();
      if (line !== undefined) crowd.push(await load.enter(line));
    });
    // Who is back can say what was said; the first of it tells where the count stands.
    let last = await speak(load, speaker, 1);
    return async () => {
      await load.ready(count);
      await sleep(restMs);
      await eventLoopLagMs(load.target);
      const stop = load.meter();
      for (const member of crowd) member.cut();
      const saying = speak(load, speaker, 10);
      const back = await Promise.all(lines.map((line) => comeBack(load, line, last)));
      const usage = stop();
      last = await saying;
      const lag = await eventLoopLagMs(load.target);
      for (const each of back) await each.has(last);
      crowd = back.map(({ socket }) => socket);
      const extras = lag === undefined ? {} : { extras: { 'event loop p99, ms': lag } };
      return { value: usage.wallMs, operations: count, usage, ...extras };
    };
  },
};
