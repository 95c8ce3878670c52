import { hash } from '@node-rs/argon2';
import { beforeAll, describe, expect, test } from 'vitest';
import { Passwords } from './passwords.ts';

const origin = { network: '192.0.2.1', priority: 'sign-in' } as const;
let passwords: Passwords;
beforeAll(async () => {
  passwords = await Passwords.create();
});

describe('passwords', () => {
  test('are hashed with OWASP’s parameters for argon2id, each with its own salt', async () => {
    const [one, two] = await Promise.all([passwords.hash('secret', origin), passwords.hash('secret', origin)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  test('are verified, and always rejected for an unknown user', async () => {
    const stored = await passwords.hash('secret', origin);
    expect(await passwords.verify(stored, 'secret', origin)).toBe(true);
    expect(await passwords.verify(stored, 'Secret', origin)).toBe(false);
    expect(await passwords.verify(undefined, 'secret', origin)).toBe(false);
    expect(await passwords.verify(undefined, 'dummy password', origin)).toBe(false);
  });

  test('are normalized, and hashes without normalization stay valid', async () => {
    const [composed, decomposed] = ['fiancé de Zoë', 'fiancé de Zoë'.normalize('NFD')];
    expect(decomposed).not.toBe(composed);
    const stored = await passwords.hash(decomposed, origin);
    expect(await passwords.verify(stored, composed, origin)).toBe(true);
    expect(await passwords.verify(stored, decomposed, origin)).toBe(true);
    const asTyped = await hash(decomposed);
    expect(await passwords.verify(asTyped, decomposed, origin)).toBe(true);
    expect(await passwords.verify(asTyped, composed, origin)).toBe(false);
    expect(await passwords.verify(undefined, decomposed, origin)).toBe(false);
  });

  test('are queued up to a limit, above which the response is 503', async () => {
    const few = await Passwords.create({ concurrency: 1, maxWaiting: 2 });
    const begun: number[] = [];
    const all = [0, 1, 2, 3].map((index) => few.verify(undefined, 'x', origin, () => void begun.push(index)));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[3]).toMatchObject({ reason: { code: 'at_capacity', retryAfterMs: 2_000 } });
    expect(begun).toEqual([0, 1, 2]);
    await expect(few.verify(undefined, 'x', origin)).resolves.toBe(false);
  });

  test('are not verified if proceed throws, and the queue continues', async () => {
    const few = await Passwords.create({ concurrency: 1, maxWaiting: 0 });
    const stop = (): never => {
      throw new RangeError('stop');
    };
    await expect(few.verify(undefined, 'x', origin, stop)).rejects.toThrow(RangeError);
    await expect(few.verify(undefined, 'x', origin)).resolves.toBe(false);
  });
});
