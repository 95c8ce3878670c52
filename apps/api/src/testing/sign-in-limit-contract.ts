import { describe, expect, test } from 'vitest';
import type { SignInLimit } from '../auth/password-check.ts';
import { HttpProblem } from '../http/http-problem.ts';

/** Two nodes that share their limits. For the limits of one node both are the same. */
export interface SignInLimitUnderTest {
  readonly here: SignInLimit;
  readonly there: SignInLimit;
  readonly advance: (ms: number) => void;
}

const minute = 60_000;

/** The contract suite of `SignInLimit`. Call it in the spec of an implementation. `create` is called for each test. */
export function signInLimitContract(name: string, create: () => Promise<SignInLimitUnderTest>): void {
  async function open() {
    const { here, there, advance } = await create();
    let turn = 0;
    const next = (): SignInLimit => (turn++ % 2 === 0 ? here : there);
    /** Fails alternately on both nodes. */
    async function fail(times: number, account: string | (() => string), address = '192.0.2.1'): Promise<void> {
      for (let time = 0; time < times; time++) {
        const attempt = await next().begin(typeof account === 'string' ? account : account(), address);
        await attempt.settle('failed');
      }
    }
    async function refusal(account: string, address = '192.0.2.1', node = next()): Promise<HttpProblem | undefined> {
      try {
        await node.check(account, address);
        return undefined;
      } catch (error) {
        if (error instanceof HttpProblem) return error;
        throw error;
      }
    }
    return { here, there, advance, fail, refusal, next };
  }

  describe(`${name}: the sign-in throttle`, () => {
    test('permits nine failures and rejects after the tenth, for one account from one address', async () => {
      const { here, there, fail, refusal } = await open();
      await fail(9, 'maggie');
      for (const node of [here, there]) expect(await refusal('maggie', '192.0.2.1', node)).toBeUndefined();
      await fail(1, 'maggie');
      for (const node of [here, there]) {
        expect(await refusal('maggie', '192.0.2.1', node)).toMatchObject({
          code: 'too_many_attempts',
          statusCode: 429,
        });
      }
      expect(await refusal('bart')).toBeUndefined();
      expect(await refusal('maggie', '192.0.2.2')).toBeUndefined();
    });

    test('reports the exact wait', async () => {
      const { fail, refusal, advance } = await open();
      await fail(1, 'maggie');
      advance(minute);
      await fail(9, 'maggie');
      expect((await refusal('maggie'))?.retryAfterMs).toBe(4 * minute);
      advance(4 * minute - 1);
      expect((await refusal('maggie'))?.retryAfterMs).toBe(1);
      advance(1);
      expect(await refusal('maggie')).toBeUndefined();
      await fail(1, 'maggie');
      expect((await refusal('maggie'))?.retryAfterMs).toBe(minute);
    });

    test('does not count a rejected attempt as a failure', async () => {
      const { next, fail, refusal, advance } = await open();
      await fail(10, 'maggie');
      for (let time = 0; time < 50; time++) {
        expect(await refusal('maggie')).toBeDefined();
        await expect((async () => next().begin('maggie', '192.0.2.1'))()).rejects.toThrow(HttpProblem);
      }
      advance(5 * minute);
      expect(await refusal('maggie')).toBeUndefined();
    });

    test('rejects an address after a hundred failures for all accounts', async () => {
      const { fail, refusal } = await open();
      let count = 0;
      await fail(100, () => `user-${count++}`);
      expect(await refusal('another-account')).toMatchObject({ code: 'too_many_attempts' });
      expect(await refusal('another-account', '192.0.2.2')).toBeUndefined();
    });

    test('does not count successes', async () => {
      const { next, refusal } = await open();
      for (let time = 0; time < 120; time++) {
        await (await next().begin('maggie', '192.0.2.1')).settle('passed');
      }
      expect(await refusal('maggie')).toBeUndefined();
    });

    test('counts parallel attempts before they settle, and asks to wait for a second only', async () => {
      const { next, refusal } = await open();
      const attempts = [];
      for (let time = 0; time < 10; time++) attempts.push(await next().begin('maggie', '192.0.2.1'));
      await expect((async () => next().begin('maggie', '192.0.2.1'))()).rejects.toMatchObject({ retryAfterMs: 1_000 });
      for (const attempt of attempts) await attempt.settle('passed');
      expect(await refusal('maggie')).toBeUndefined();
    });

    test('permits exactly ten of a hundred attempts that start at the same time', async () => {
      const { next } = await open();
      const begun = await Promise.allSettled(
        Array.from({ length: 100 }, async () => next().begin('maggie', '192.0.2.1')),
      );
      expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    });

    test('settles an attempt once', async () => {
      const { next, refusal } = await open();
      const attempt = await next().begin('maggie', '192.0.2.1');
      for (let time = 0; time < 20; time++) await attempt.settle('failed');
      expect(await refusal('maggie')).toBeUndefined();
    });

    test('counts a /64 as one address in any notation, and a mapped IPv4 address as itself', async () => {
      const { fail, refusal } = await open();
      await fail(10, 'maggie', '2001:db8::1');
      expect(await refusal('maggie', '2001:db8:0:0:ffff::2')).toBeDefined();
      expect(await refusal('maggie', '2001:0db8:0000:0000:1:2:3:4')).toBeDefined();
      expect(await refusal('maggie', '2001:db8:0:1::1')).toBeUndefined();
      await fail(10, 'bart', '::ffff:192.0.2.9');
      expect(await refusal('bart', '192.0.2.9')).toBeDefined();
      expect(await refusal('bart', '::ffff:192.0.2.10')).toBeUndefined();
    });
  });
}
