import { expect, test } from 'vitest';
import { signUpLimitContract } from '../testing/sign-up-limit-contract.ts';
import { SignUpThrottle } from './sign-up-throttle.ts';

signUpLimitContract('one node', () => {
  let now = 1_000_000;
  const throttle = new SignUpThrottle({ burst: 30, now: () => now });
  const advance = (ms: number): void => {
    now += ms;
  };
  return Promise.resolve({ here: throttle, there: throttle, advance });
});

test('tracks a bounded number of networks', async () => {
  const throttle = new SignUpThrottle({ burst: 1, maxNetworks: 2, now: () => 1_000_000 });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    await throttle.begin(address);
    await expect(throttle.begin(address)).rejects.toThrow();
  }
  await throttle.begin('192.0.2.1');
});

test('has no limit with a burst of 0', async () => {
  const throttle = new SignUpThrottle({ burst: 0 });
  for (let n = 0; n < 1_000; n++) await throttle.begin('192.0.2.1');
});
