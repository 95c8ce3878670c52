import { beforeEach, expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { SignUpThrottle } from './sign-up-throttle.ts';

const school = '192.0.2.1';
let now = 0;
let throttle: SignUpThrottle;

beforeEach(() => {
  now = 1_000_000;
  throttle = new SignUpThrottle({ burst: 30, now: () => now });
});

/** Returns how many of the sign-ups were permitted. */
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

test('permits thirty sign-ups at once from one address and does not affect another network', async () => {
  expect(await signUps(40, 'answered')).toBe(30);
  expect(await signUps(40, 'answered', '192.0.2.2')).toBe(30);
});

test('then permits three per minute and reports the exact wait', async () => {
  await signUps(30, 'answered');
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 20_000 });
  now += 19_999;
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 1 });
  now += 1;
  expect(await signUps(2, 'answered')).toBe(1);
  now += 10 * 60_000;
  expect(await signUps(60, 'answered')).toBe(30);
});

test('counts a failed sign-up as a fifth', async () => {
  expect(await signUps(200, 'failed')).toBeGreaterThan(140);
  expect(await signUps(200, 'failed')).toBe(0);
});

test('does not extend the wait for a rejected sign-up', async () => {
  await signUps(500, 'answered');
  await expect(throttle.begin(school)).rejects.toMatchObject({ retryAfterMs: 20_000 });
});

test('counts parallel sign-ups in full until they settle, and settles each once', async () => {
  expect(await signUps(100, 'pending')).toBe(30);
  throttle = new SignUpThrottle({ burst: 30, now: () => now });
  const attempt = await throttle.begin(school);
  for (let n = 0; n < 20; n++) attempt.settle('failed');
  expect(await signUps(100, 'answered')).toBe(29);
});

test('counts a /64 of IPv6 as one network', async () => {
  expect(await signUps(30, 'answered', '2001:db8::1')).toBe(30);
  expect(await signUps(1, 'answered', '2001:db8::ffff:1')).toBe(0);
  expect(await signUps(1, 'answered', '2001:db8:0:1::1')).toBe(1);
});

test('tracks a bounded number of networks', async () => {
  throttle = new SignUpThrottle({ burst: 1, maxNetworks: 2, now: () => now });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) expect(await signUps(2, 'answered', address)).toBe(1);
  expect(await signUps(1, 'answered', '192.0.2.3')).toBe(0);
  expect(await signUps(1, 'answered', '192.0.2.1')).toBe(1);
});

test('has no limit with a burst of 0', async () => {
  throttle = new SignUpThrottle({ burst: 0 });
  expect(await signUps(1_000, 'answered')).toBe(1_000);
});
