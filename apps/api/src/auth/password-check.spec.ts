import { beforeEach, describe, expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { SignInThrottle } from './password-check.ts';

const minute = 60_000;
let now = 0;
let throttle: SignInThrottle;

beforeEach(() => {
  now = 1_000_000;
  throttle = new SignInThrottle({ now: () => now });
});

function fail(times: number, account: string | (() => string), address = '192.0.2.1'): void {
  for (let time = 0; time < times; time++) {
    throttle.begin(typeof account === 'string' ? account : account(), address).settle('failed');
  }
}

function refusal(account: string, address = '192.0.2.1'): HttpProblem | undefined {
  try {
    throttle.check(account, address);
    return undefined;
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
}

describe('the sign-in throttle', () => {
  test('permits nine failures and rejects after the tenth, for one account from one address', () => {
    fail(9, 'maggie');
    expect(refusal('maggie')).toBeUndefined();
    fail(1, 'maggie');
    expect(refusal('maggie')).toMatchObject({ code: 'too_many_attempts', statusCode: 429 });
    expect(refusal('bart')).toBeUndefined();
    expect(refusal('maggie', '192.0.2.2')).toBeUndefined();
  });

  test('reports the exact wait', () => {
    fail(1, 'maggie');
    now += minute;
    fail(9, 'maggie');
    expect(refusal('maggie')?.retryAfterMs).toBe(4 * minute);
    now += 4 * minute - 1;
    expect(refusal('maggie')?.retryAfterMs).toBe(1);
    now += 1;
    expect(refusal('maggie')).toBeUndefined();
    fail(1, 'maggie');
    expect(refusal('maggie')?.retryAfterMs).toBe(minute);
  });

  test('does not count a rejected attempt as a failure', () => {
    fail(10, 'maggie');
    for (let time = 0; time < 50; time++) expect(refusal('maggie')).toBeDefined();
    now += 5 * minute;
    expect(refusal('maggie')).toBeUndefined();
  });

  test('rejects an address after a hundred failures for all accounts', () => {
    let count = 0;
    fail(100, () => `user-${count++}`);
    expect(refusal('another-account')).toMatchObject({ code: 'too_many_attempts' });
    expect(refusal('another-account', '192.0.2.2')).toBeUndefined();
  });

  test('does not count successes', () => {
    for (let time = 0; time < 500; time++) throttle.begin('maggie', '192.0.2.1').settle('passed');
    expect(refusal('maggie')).toBeUndefined();
  });

  test('counts parallel attempts before they settle', () => {
    const attempts = Array.from({ length: 10 }, () => throttle.begin('maggie', '192.0.2.1'));
    expect(() => throttle.begin('maggie', '192.0.2.1')).toThrow(HttpProblem);
    for (const attempt of attempts) attempt.settle('passed');
    expect(refusal('maggie')).toBeUndefined();
  });

  test('settles an attempt once', () => {
    const attempt = throttle.begin('maggie', '192.0.2.1');
    for (let time = 0; time < 20; time++) attempt.settle('failed');
    expect(refusal('maggie')).toBeUndefined();
  });

  test('counts a /64 as one address in any notation, and a mapped IPv4 address as itself', () => {
    fail(10, 'maggie', '2001:db8::1');
    expect(refusal('maggie', '2001:db8:0:0:ffff::2')).toBeDefined();
    expect(refusal('maggie', '2001:0db8:0000:0000:1:2:3:4')).toBeDefined();
    expect(refusal('maggie', '2001:db8:0:1::1')).toBeUndefined();
    fail(10, 'bart', '::ffff:192.0.2.9');
    expect(refusal('bart', '192.0.2.9')).toBeDefined();
    expect(refusal('bart', '::ffff:192.0.2.10')).toBeUndefined();
  });

  test('tracks a bounded number of keys and drops the one whose failure is oldest', () => {
    throttle = new SignInThrottle({ now: () => now, maxKeys: 2 });
    fail(9, 'maggie');
    fail(10, 'bart');
    fail(1, 'maggie');
    fail(10, 'lisa');
    expect(refusal('maggie')).toBeDefined();
    expect(refusal('bart')).toBeUndefined();
    expect(refusal('lisa')).toBeDefined();
  });
});
