import { expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { signInLimitContract } from '../testing/sign-in-limit-contract.ts';
import { SignInThrottle } from './password-check.ts';

signInLimitContract('one node', () => {
  let now = 1_000_000;
  const throttle = new SignInThrottle({ now: () => now });
  const advance = (ms: number): void => {
    now += ms;
  };
  return Promise.resolve({ here: throttle, there: throttle, advance });
});

test('tracks a bounded number of keys and drops the one whose failure is oldest', () => {
  const throttle = new SignInThrottle({ now: () => 1_000_000, maxKeys: 2 });
  const fail = (times: number, account: string): void => {
    for (let time = 0; time < times; time++) void throttle.begin(account, '192.0.2.1').settle('failed');
  };
  const check = (account: string) => () => {
    throttle.check(account, '192.0.2.1');
  };
  fail(9, 'maggie');
  fail(10, 'bart');
  fail(1, 'maggie');
  fail(10, 'lisa');
  expect(check('maggie')).toThrow(HttpProblem);
  expect(check('bart')).not.toThrow();
  expect(check('lisa')).toThrow(HttpProblem);
});
