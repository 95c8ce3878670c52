import { hash, verify } from '@node-rs/argon2';
import { FairQueue, type FairQueueOptions, type Origin } from './fair-queue.ts';
import { normalizePassword } from './password-rules.ts';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). argon2id is the default. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each running hash holds 19 MiB and a thread of the pool that file system and DNS calls need as well. */
const defaults: FairQueueOptions = { concurrency: 2, maxWaiting: 200, maxWaitingPerNetwork: 100 };

export interface Passwords {
  /** The hash to store, in PHC format, of the password in its normal form. */
  hash(password: string, origin: Origin): Promise<string>;
  /**
   * Whether the password belongs to the stored hash. Without a stored hash (an unknown user) it takes the same time and is `false`.
   * A password whose normal form differs from what was typed is tried in both forms, because older hashes were made of the latter.
   *
   * @param proceed called when the work begins, after any waiting. If it throws, `verify` rejects with the same error.
   */
  verify(stored: string | undefined, password: string, origin: Origin, proceed?: () => void): Promise<boolean>;
}

/**
 * Hashes and verifies passwords, a bounded number at once and a bounded number waiting (see `FairQueue`).
 * Both methods reject with 503 `at_capacity` when too many wait.
 */
export async function createPasswords(options: Partial<FairQueueOptions> = {}): Promise<Passwords> {
  // The password behind it does not matter: the result of comparing with it is never used.
  const dummy = await hash('a password of nobody', parameters);
  const queue = new FairQueue({ ...defaults, ...options });

  return {
    hash: (password, origin) => queue.run(origin, () => hash(normalizePassword(password), parameters)),
    verify: (stored, password, origin, proceed) =>
      queue.run(origin, async () => {
        proceed?.();
        for (const form of new Set([normalizePassword(password), password])) {
          if ((await verify(stored ?? dummy, form)) && stored !== undefined) return true;
        }
        return false;
      }),
  };
}
