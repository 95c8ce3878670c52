import type { Load } from '../load/load.ts';
import { roomFor } from '../load/room-for.ts';
import { settledBytes } from '../load/settled.ts';
import type { Measurement } from '../measurement.ts';

/**
 * Whether a connection costs the same however many there are. At each level so many members of a room are there and silent: what
 * they have added to the resident memory, and the CPU time of the server for one authenticated connect, ticket included, on top of them.
 */
export const connectionsFlat: Measurement = {
  name: 'connections-flat',
  title: 'Cost per connection with 20,000 open, against that with 1,000',
  unit: '× the cost at 1,000, the worse of CPU and memory',
  better: 'less',
  peers: ['ws', 'usher'],
  goals: [{ bound: 1.2 }],
  rounds: { full: 5, quick: 1 },
  fresh: true,
  async prepare(load, quick) {
    const levels = levelsOf(load, quick ? [250, 500, 1_000] : [1_000, 5_000, 10_000, 20_000]);
    // Many, or it is chance whether a collection of the whole heap falls among them.
    const connects = quick ? 300 : 6_000;
    // A few come and go first, so that what a first connection loads is not counted; not more, or what they leave behind
    // would be used again by the first thousand.
    for (const early of await load.members(100)) early.cut();
    return async () => {
      const before = await settledBytes(load.target.pid);
      const stop = load.meter();
      const extras: Record<string, number> = {};
      const micros: number[] = [];
      const kilobytes: number[] = [];
      let open = 0;
      for (const level of levels) {
        await load.members(level - open);
        open = level;
        kilobytes.push(((await settledBytes(load.target.pid)) - before) / level / 1_000);
        // The first connects are slow: the server's code is compiled by them.
        if (micros.length === 0) await connectsMicros(load, connects / 3);
        micros.push(await connectsMicros(load, connects));
        const at = level.toLocaleString('en-US');
        extras[`CPU µs per connect at ${at}`] = micros.at(-1) ?? 0;
        extras[`kB each at ${at}`] = kilobytes.at(-1) ?? 0;
      }
      const growth = (of: readonly number[]): number => (of.at(-1) ?? NaN) / (of[0] ?? NaN);
      return { value: Math.max(growth(micros), growth(kilobytes)), operations: open, usage: stop(), extras };
    };
  },
};

/** CPU time of the server for one connect that is cut at once, in microseconds. */
async function connectsMicros(load: Load, count: number): Promise<number> {
  await load.ready(count);
  const stop = load.meter();
  await load.each(count, async (line) => {
    (await load.connect(line)).cut();
  });
  const { serverMs } = stop();
  if (serverMs === undefined) throw new Error('this system does not tell what a process took');
  return (serverMs * 1_000) / count;
}

/** As many as the system allows, and says so where it allows fewer. */
function levelsOf({ target }: Load, wanted: readonly number[]): number[] {
  const { connections, because } = roomFor(target.pid, process.pid);
  const most = Math.floor(connections / 100) * 100;
  const above = wanted.filter((level) => level > most);
  if (above.length === 0) return [...wanted];
  const levels = wanted.filter((level) => level < most);
  if (levels.length === 0) throw new Error(`only ${most} connections are possible: ${because}`);
  process.stderr.write(`    ${target.peer}: ${most} connections at most instead of ${above.join(', ')}: ${because}\n`);
  return [...levels, most];
}
