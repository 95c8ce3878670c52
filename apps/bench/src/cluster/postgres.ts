import { Pool } from 'pg';

/** The number of connections that a node uses. */
const connections = 20;

/** @returns single-row inserts per second, each in its own transaction, of 20 concurrent connections. It is the limit of the database without Usher */
export async function insertsPerSecond(url: string, forMs: number): Promise<number> {
  const pool = new Pool({ connectionString: url, max: connections });
  try {
    await pool.query(
      'CREATE TABLE IF NOT EXISTS bench_inserts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)',
    );
    const text = 'x'.repeat(200);
    let inserts = 0;
    // Connects all, so that the measurement does not include it.
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
    const startedAt = performance.now();
    const until = startedAt + forMs;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < until) {
          await client.query({ name: 'insert', text: 'INSERT INTO bench_inserts (text) VALUES ($1)', values: [text] });
          inserts += 1;
        }
        client.release();
      }),
    );
    return (inserts * 1_000) / (performance.now() - startedAt);
  } finally {
    await pool.end();
  }
}

/** Counts the statements of a database. */
export interface StatementCounter {
  /** Sets all counts to zero. */
  reset(): Promise<void>;
  /** @returns the number of executed queries that read room heads or messages */
  reads(): Promise<number>;
  end(): Promise<void>;
}

/**
 * Counts the statements of all connections to a database that are opened from now on. One database of a server at a time.
 *
 * @param url a database of `startPostgres`
 */
export async function countStatements(url: string): Promise<StatementCounter> {
  const pool = new Pool({ connectionString: url, max: 1 });
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET pg_stat_statements.track = 'top'`);
  return {
    async reset() {
      await pool.query('SELECT pg_stat_statements_reset()');
    },
    async reads() {
      const { rows } = await pool.query<{ readonly calls: string }>(
        `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
         WHERE query ~ '^\\s*SELECT' AND query ~ 'usher\\.(room_heads|messages)'`,
      );
      return Number(rows[0]?.calls);
    },
    end: () => pool.end(),
  };
}
