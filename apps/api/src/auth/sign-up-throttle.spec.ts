import { beforeEach, expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { createSignUpThrottle, type SignUpThrottle } from './sign-up-throttle.ts';

const school = '192.0.2.1';
let now = 0;
let throttle: SignUpThrottle;

beforeEach(() => {
  now = 1_000_000;
  throttle = createSignUpThrottle({ burst: 30, now: () => now });
});

/** How many of so many sign-ups were possible. */
async function signUps(count: number, outcome: 'answered' | 'failed' | 'pending', address = school): Promise<number> {
  let possible = 0;
  for (let n = 0; n < count; n++) {
    const attempt = await throttle.begin(address).catch(refused);
    if (attempt === undefined) continue;
    possible++;
    if (outcome !== 'pending') attempt.settle(outcome);
  }
  return possible;
}

function refused(error: unknown): undefined {
  expect(error).toBeInstanceOf(HttpProblem);
  expect(error).toMatchObject({ code: 'too_many_attempts', statusCode: 429 });
}

test('a class of thirty behind one address signs up at once, and another network is not affected', async () => {
  expect(await signUps(40, 'answered')).toBe(30);
  expect(await signUps(40, 'answered', '192.0.2.2')).toBe(30);
});

test('then three a minute, and the error says exactly how long to wait', async () => {
  await signUps(30, 'answered');
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 20_000 });
  now += 19_999;
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 1 });
  now += 1;
  expect(await signUps(2, 'answered')).toBe(1);
  now += 10 * 60_000;
  expect(await signUps(60, 'answered')).toBe(30);
});

test('a sign-up that fails counts as a fifth, so that a typing mistake costs little', async () => {
  expect(await signUps(200, 'failed')).toBeGreaterThan(140);
  expect(await signUps(200, 'failed')).toBe(0);
});

test('a refused sign-up does not lengthen the wait', async () => {
  await signUps(500, 'answered');
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 20_000 });
});

test('sign-ups in parallel count in full until each has ended, and settle once', async () => {
  expect(await signUps(100, 'pending')).toBe(30);
  throttle = createSignUpThrottle({ burst: 30, now: () => now });
  const attempt = await throttle.begin(school);
  for (let n = 0; n < 20; n++) attempt.settle('failed');
  expect(await signUps(100, 'answered')).toBe(29);
});

test('a /64 of IPv6 is one network', async () => {
  expect(await signUps(30, 'answered', '2001:db8::1')).toBe(30);
  expect(await signUps(1, 'answered', '2001:db8::ffff:1')).toBe(0);
  expect(await signUps(1, 'answered', '2001:db8:0:1::1')).toBe(1);
});

test('a bounded number of networks is remembered', async () => {
  throttle = createSignUpThrottle({ burst: 1, maxNetworks: 2, now: () => now });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) expect(await signUps(2, 'answered', address)).toBe(1);
  expect(await signUps(1, 'answered', '192.0.2.3')).toBe(0);
  expect(await signUps(1, 'answered', '192.0.2.1')).toBe(1);
});

test('a burst of 0 means no limit', async () => {
  throttle = createSignUpThrottle({ burst: 0 });
  expect(await signUps(1_000, 'answered')).toBe(1_000);
});
