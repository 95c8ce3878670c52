import { randomUUID } from 'node:crypto';
import { RequestError } from '@usher/realtime';
import { createFastifyUsher } from '@usher/server/fastify';
import Fastify from 'fastify';
import { shop } from './shop-protocol.ts';

const prices = new Map([
  ['tea', 2],
  ['coffee', 3],
]);
let orders = 0;

const app = Fastify({ logger: true });
const { connections } = await createFastifyUsher(app, {
  protocol: shop,
  allowedOrigins: ['http://localhost:4200'],
  // Visitors need no account. See the other examples for users who sign in.
  authenticate: () => ({ user: 'visitor', session: randomUUID() }),
  limits: { connectionsPerUser: 1_000 },
});

connections.handle('order', async ({ item }) => {
  const price = prices.get(item);
  if (price === undefined) throw new RequestError('sold_out', `no more ${item}`);
  // Each order raises the price for all clients.
  prices.set(item, price + 1);
  await connections.broadcast().send('price', { item, price: price + 1 });
  orders += 1;
  return { number: orders };
});

await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) });
