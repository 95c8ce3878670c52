import { Client } from 'pg';

/** Stores an order and publishes a message in one transaction: `node order.ts NUMBER`. A repeated call publishes no second message. */
const number = Number(process.argv[2]);
if (!Number.isSafeInteger(number)) throw new TypeError('usage: node order.ts NUMBER');

const client = new Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
try {
  await client.query('CREATE TABLE IF NOT EXISTS orders (number bigint PRIMARY KEY)');
  await client.query('BEGIN');
  await client.query('INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING', [number]);
  await client.query('SELECT usher_publish($1, $2, $3)', [
    'orders',
    `order ${number}`,
    { text: `Order ${number} has arrived` },
  ]);
  // If the transaction is rolled back instead, the message is not sent.
  await client.query('COMMIT');
} finally {
  await client.end();
}
