import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisServer } from '@usher/test-servers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SignInThrottle } from '../auth/password-check.ts';
import { SharedSignInThrottle } from '../auth/shared-sign-in-throttle.ts';
import { signInLimitContract } from '../testing/sign-in-limit-contract.ts';
import { signUpLimitContract } from '../testing/sign-up-limit-contract.ts';
import { SharedSignUpThrottle } from '../users/shared-sign-up-throttle.ts';
import { SignUpThrottle } from '../users/sign-up-throttle.ts';
import { SharedLimits } from './shared-limits.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
  return () => server.stop();
});

async function connect(to = server): Promise<Redis> {
  const redis = to.client();
  await redis.connect();
  onTestFinished(() => {
    redis.disconnect();
  });
  return redis;
}

function newLog() {
  const lines: string[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  return { lines, debug: note, info: note, warn: note, error: note };
}

/** Two nodes with a connection each. `create` returns the limit of one node. */
async function twoNodes<T>(create: (shared: SharedLimits, prefix: string, now: () => number) => T) {
  let time = 1_700_000_000_000;
  const prefix = randomUUID();
  const node = async () => create(new SharedLimits({ redis: await connect(), log: newLog() }), prefix, () => time);
  const advance = (ms: number): void => {
    time += ms;
  };
  return { here: await node(), there: await node(), advance };
}

signInLimitContract('several nodes', () =>
  twoNodes(
    (shared, prefix, now) => new SharedSignInThrottle({ shared, prefix, now, local: new SignInThrottle({ now }) }),
  ),
);

signUpLimitContract('several nodes', () =>
  twoNodes((shared, prefix, now) => {
    const local = new SignUpThrottle({ burst: 30, now });
    return new SharedSignUpThrottle({ shared, prefix, now, local, burst: 30 });
  }),
);

test('keys of limits expire, share the hash tag of their address, and do not contain the account', async () => {
  const redis = await connect();
  const prefix = randomUUID();
  const shared = new SharedLimits({ redis, log: newLog() });
  const signIns = new SharedSignInThrottle({ shared, prefix, local: new SignInThrottle() });
  await (await signIns.begin('maggie', '192.0.2.1')).settle('failed');
  await signIns.begin('maggie', '192.0.2.1');
  const signUps = new SharedSignUpThrottle({ shared, prefix, local: new SignUpThrottle({ burst: 3 }), burst: 3 });
  await signUps.begin('192.0.2.1');
  const keys = await redis.keys(`{${prefix}*`);
  expect(keys).toHaveLength(5);
  for (const key of keys) {
    expect(key.startsWith(`{${prefix}:192.0.2.1}`)).toBe(true);
    expect(key).not.toContain('maggie');
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  }
});

describe('without Redis', () => {
  async function newNode() {
    const own = await RedisServer.start();
    onTestFinished(() => own.stop());
    const log = newLog();
    let now = 0;
    const shared = new SharedLimits({ redis: await connect(own), log, now: () => now });
    const throttle = new SharedSignInThrottle({ shared, local: new SignInThrottle() });
    const fail = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time++) await (await throttle.begin('maggie', '192.0.2.1')).settle('failed');
    };
    const advance = (ms: number): void => {
      now += ms;
    };
    return { own, log, shared, throttle, fail, advance };
  }

  test('each node enforces the limits alone, including the failures before', async () => {
    const { own, log, throttle, fail } = await newNode();
    await fail(4);
    await own.kill();
    await fail(6);
    await expect(throttle.check('maggie', '192.0.2.1')).rejects.toMatchObject({ code: 'too_many_attempts' });
    expect(log.lines).toEqual(['limits are counted on each node, because Redis is unavailable']);
  });

  test('a Redis that does not respond delays one attempt, and is used again when it responds', async () => {
    const { own, log, shared, fail, advance } = await newNode();
    await fail(1);
    own.pause();
    await fail(1);
    // Settles without I/O: the next turn of the event loop has the result.
    const settled = fail(3).then(() => 'settled');
    expect(await Promise.race([settled, new Promise((resolve) => setImmediate(resolve, 'waiting'))])).toBe('settled');
    own.resume();
    advance(1_000);
    await expect.poll(() => shared.ask(() => shared.redis.ping())).toBe('PONG');
    expect(log.lines.at(-1)).toBe('limits are counted over all nodes again');
  }, 20_000);

  test('one call at a time asks whether Redis is back, and the time between two of them doubles up to a limit', async () => {
    let now = 0;
    const shared = new SharedLimits({ redis: await connect(), log: newLog(), now: () => now });
    let calls = 0;
    const ask = () =>
      shared.ask(() => {
        calls += 1;
        return Promise.reject(new Error('unavailable'));
      });
    await Promise.all([ask(), ask(), ask()]);
    expect(calls).toBe(3);
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      calls = 0;
      now += pauseMs - 1;
      await Promise.all([ask(), ask()]);
      expect(calls).toBe(0);
      now += 1;
      await Promise.all([ask(), ask()]);
      expect(calls).toBe(1);
    }
  });
});
