import { describe, expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import type { SignUpLimit } from '../users/sign-up-throttle.ts';

/** Two nodes that share their limits, with a burst of 30. For the limits of one node both are the same. */
export interface SignUpLimitUnderTest {
  readonly here: SignUpLimit;
  readonly there: SignUpLimit;
  readonly advance: (ms: number) => void;
}

const school = '192.0.2.1';

function refused(error: unknown): undefined {
  expect(error).toBeInstanceOf(HttpProblem);
  expect(error).toMatchObject({ code: 'too_many_attempts', statusCode: 429 });
}

/** The contract suite of `SignUpLimit`. Call it in the spec of an implementation. `create` is called for each test. */
export function signUpLimitContract(name: string, create: () => Promise<SignUpLimitUnderTest>): void {
  async function open() {
    const { here, there, advance } = await create();
    let turn = 0;
    const begin = (address = school) => (turn++ % 2 === 0 ? here : there).begin(address);
    /** Returns how many of the sign-ups were permitted, alternately on both nodes. */
    async function signUps(count: number, outcome: 'revealed' | 'failed' | 'pending', address = school) {
      let possible = 0;
      for (let n = 0; n < count; n++) {
        const attempt = await begin(address).catch(refused);
        if (attempt === undefined) continue;
        possible++;
        if (outcome !== 'pending') await attempt.settle(outcome);
      }
      return possible;
    }
    return { begin, signUps, advance };
  }

  describe(`${name}: the sign-up throttle`, () => {
    test('permits thirty sign-ups at once from one address and does not affect another network', async () => {
      const { signUps } = await open();
      expect(await signUps(40, 'revealed')).toBe(30);
      expect(await signUps(40, 'revealed', '192.0.2.2')).toBe(30);
    });

    test('then permits three per minute and reports the exact wait', async () => {
      const { begin, signUps, advance } = await open();
      await signUps(30, 'revealed');
      await expect(begin()).rejects.toMatchObject({ retryAfterMs: 20_000 });
      advance(19_999);
      await expect(begin()).rejects.toMatchObject({ retryAfterMs: 1 });
      advance(1);
      expect(await signUps(2, 'revealed')).toBe(1);
      advance(10 * 60_000);
      expect(await signUps(60, 'revealed')).toBe(30);
    });

    test('counts a failed sign-up as a fifth', async () => {
      const { signUps } = await open();
      expect(await signUps(200, 'failed')).toBeGreaterThan(140);
      expect(await signUps(200, 'failed')).toBe(0);
    });

    test('does not extend the wait for a rejected sign-up', async () => {
      const { begin, signUps } = await open();
      await signUps(500, 'revealed');
      await expect(begin()).rejects.toMatchObject({ retryAfterMs: 20_000 });
    });

    test('counts parallel sign-ups in full until they settle', async () => {
      const { begin, signUps } = await open();
      const begun = await Promise.allSettled(Array.from({ length: 70 }, () => begin()));
      expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(30);
      expect(await signUps(30, 'pending')).toBe(0);
    });

    test('settles each sign-up once', async () => {
      const { begin, signUps } = await open();
      const attempt = await begin();
      for (let n = 0; n < 20; n++) await attempt.settle('failed');
      expect(await signUps(100, 'revealed')).toBe(29);
    });

    test('counts a /64 of IPv6 as one network', async () => {
      const { signUps } = await open();
      expect(await signUps(30, 'revealed', '2001:db8::1')).toBe(30);
      expect(await signUps(1, 'revealed', '2001:db8::ffff:1')).toBe(0);
      expect(await signUps(1, 'revealed', '2001:db8:0:1::1')).toBe(1);
    });
  });
}
