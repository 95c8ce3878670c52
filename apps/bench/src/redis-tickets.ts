/**
 * Measures the time and the commands that Redis needs to issue and to consume a ticket, on a separate Redis server. The times come from
 * `INFO commandstats`, because the load of the machine affects them less than the latency of a client.
 * Usage: `npm run measure:redis-tickets [-- ROUNDS]`.
 */
import { RedisServer } from '@usher/test-servers';
import { RedisTicketStore } from '@usher/ticket/redis';
import { figuresOf } from './figures.ts';

const endpoint = '/api/ws';
/** One ticket per session, as after a reconnect of all clients. */
const sessionsPerRound = 2_000;
const concurrent = 8;

const rounds = Number(process.argv[2] ?? 5);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  process.stderr.write(`invalid ROUNDS "${String(process.argv[2])}": must be a positive integer\n`);
  process.exit(2);
}

const server = await RedisServer.start();
try {
  const redis = server.client();
  await redis.connect();
  const store = new RedisTicketStore({ redis, maxQueuedPerUser: 20 });

  /** Calls a function for each session. Returns the microseconds and the commands of Redis per call of a script. */
  async function measure(call: (index: number) => Promise<void>): Promise<{ us: number; commands: number }> {
    await redis.config('RESETSTAT');
    for (let from = 0; from < sessionsPerRound; from += concurrent) {
      await Promise.all(Array.from({ length: concurrent }, (_, n) => call(from + n)));
    }
    const statistics = (await redis.info('commandstats')).matchAll(/^cmdstat_(\w+):calls=(\d+),usec=(\d+)/gm);
    const result = { us: 0, commands: 0 };
    for (const [, name = '', calls, us] of statistics) {
      if (name === 'evalsha') result.us = Number(us) / Number(calls);
      else if (name !== 'eval' && name !== 'config' && name !== 'info')
        result.commands += Number(calls) / sessionsPerRound;
    }
    return result;
  }

  const issued: { us: number; commands: number }[] = [];
  const consumed: { us: number; commands: number }[] = [];
  // The first round is the warm-up.
  for (let round = 0; round <= rounds; round++) {
    const tickets: string[] = [];
    const issue = await measure(async (index) => {
      const name = `${round}-${index}`;
      const result = await store.issue({
        user: `user-${name}`,
        session: `session-${name}`,
        endpoint,
        receipt: 'K7Q-2MF',
      });
      if (!result.ok) throw new Error(result.reason);
      tickets[index] = result.ticket;
    });
    const consume = await measure(async (index) => {
      const result = await store.consume(tickets[index] ?? '', endpoint);
      if (!result.ok) throw new Error(result.reason);
    });
    if (round === 0) continue;
    issued.push(issue);
    consumed.push(consume);
  }
  for (const [name, results] of [
    ['issue', issued],
    ['consume', consumed],
  ] as const) {
    const { median, min, max } = figuresOf(results.map(({ us }) => us));
    const { median: commands } = figuresOf(results.map((result) => result.commands));
    process.stdout.write(
      `${name}: median ${median.toFixed(1)} µs (${min.toFixed(1)} to ${max.toFixed(1)}), ${commands.toFixed(1)} commands\n`,
    );
  }
} finally {
  await server.stop();
}
