import { hash, verify } from '@node-rs/argon2';
import { HttpProblem } from '../http/http-problem.ts';
import { normalPassword } from './normal-password.ts';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). argon2id is the default. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export interface PasswordOptions {
  /** Hashes computed at once. Each holds 19 MiB and a thread of the pool, which files and names need as well. */
  readonly atOnce?: number;
  /** Hashes that may wait; over it 503 `at_capacity`. */
  readonly maxWaiting?: number;
}

export interface Passwords {
  /** The hash to store, in PHC format, of the password in its normal form. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the stored hash. Without a stored hash (an unknown user) it costs the same and is `false`.
   * Where the normal form of what was typed is another, what was typed is tried as well: hashes were made of that before.
   *
   * @param proceed asked when the work is about to begin, after any waiting; what it throws, this rejects with.
   */
  verify(stored: string | undefined, password: string, proceed?: () => void): Promise<boolean>;
}

/**
 * Hashes and verifies passwords, a bounded number at once and a bounded number waiting.
 * Both methods reject with 503 `at_capacity` when too many wait.
 */
export async function createPasswords(options: PasswordOptions = {}): Promise<Passwords> {
  const { atOnce = 2, maxWaiting = 200 } = options;
  // The password behind it does not matter: its verdict is never used.
  const dummy = await hash('a password of nobody', parameters);
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw new HttpProblem('at_capacity', { retryAfterMs: 2_000 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not given back, so that nobody overtakes those who wait.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return {
    hash: (password) => turn(() => hash(normalPassword(password), parameters)),
    verify: (stored, password, proceed) =>
      turn(async () => {
        proceed?.();
        for (const form of new Set([normalPassword(password), password])) {
          if ((await verify(stored ?? dummy, form)) && stored !== undefined) return true;
        }
        return false;
      }),
  };
}
