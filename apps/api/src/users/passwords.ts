import { hash, verify } from '@node-rs/argon2';
import { FairQueue, type FairQueueOptions, type Origin } from './fair-queue.ts';
import { normalizePassword } from './password-rules.ts';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). argon2id is the default. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each running hash uses 19 MiB and a libuv thread, which file system and DNS calls also need. */
const defaults: FairQueueOptions = { concurrency: 2, maxWaiting: 200, maxWaitingPerNetwork: 100 };

/**
 * Hashes and verifies passwords with bounded concurrency and a bounded queue (see `FairQueue`). Both methods reject with 503
 * `at_capacity` when the queue is full.
 */
export class Passwords {
  readonly #queue: FairQueue;
  /** Verified in place of the hash of an unknown user. Any password works: the result of the comparison is ignored. */
  readonly #dummy: string;

  private constructor(queue: FairQueue, dummy: string) {
    this.#queue = queue;
    this.#dummy = dummy;
  }

  static async create(options: Partial<FairQueueOptions> = {}): Promise<Passwords> {
    return new Passwords(new FairQueue({ ...defaults, ...options }), await hash('dummy password', parameters));
  }

  /** Hashes the normalized password. Resolves to the PHC string to store. */
  hash(password: string, origin: Origin): Promise<string> {
    return this.#queue.run(origin, () => hash(normalizePassword(password), parameters));
  }

  /**
   * Verifies a password against a stored hash. Without a stored hash (unknown user) it takes the same time and resolves to `false`.
   * A password that normalization changes is tried in both forms, because older hashes were created without normalization.
   *
   * @param proceed called when the work starts, after the queue. If it throws or rejects, `verify` rejects with the same error.
   */
  verify(
    stored: string | undefined,
    password: string,
    origin: Origin,
    proceed?: () => void | Promise<void>,
  ): Promise<boolean> {
    return this.#queue.run(origin, async () => {
      await proceed?.();
      for (const form of new Set([normalizePassword(password), password])) {
        if ((await verify(stored ?? this.#dummy, form)) && stored !== undefined) return true;
      }
      return false;
    });
  }
}
