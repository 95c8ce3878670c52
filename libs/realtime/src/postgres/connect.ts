import type { Pool, PoolClient } from 'pg';
import { withDeadline } from '../support/deadline.ts';

/** Takes a connection from a pool. Rejects with `StoreTimeout` after two seconds; a connection that arrives later returns to the pool. */
export async function connect(pool: Pool): Promise<PoolClient> {
  const connecting = pool.connect();
  try {
    return await withDeadline('a connection to PostgreSQL', () => connecting);
  } catch (error) {
    connecting.then(
      (client) => {
        client.release();
      },
      () => undefined,
    );
    throw error;
  }
}
