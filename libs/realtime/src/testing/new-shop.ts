import { compileProtocol, defineProtocol } from '@usher/protocol/server';
import { Type } from 'typebox';
import { onTestFinished } from 'vitest';
import { createConnections } from '../connections/connections.ts';
import type { ConnectionsOptions } from '../connections/connections-types.ts';
import { createFakeSocket } from './fake-socket.ts';
import { newLog } from './new-node.ts';

/** A protocol without rooms. */
export const shop = defineProtocol({
  name: 'shop.v1',
  requests: {
    order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
  },
  signals: { look: Type.Object({ at: Type.String() }) },
  events: { price: Type.Object({ price: Type.Number() }) },
  serverRequests: {
    confirm: { params: Type.Object({ question: Type.String() }), reply: Type.Object({ yes: Type.Boolean() }) },
  },
  errors: ['sold_out'],
});
export type Shop = typeof shop;
const codec = compileProtocol(shop);

/** Data of a connection. */
export interface ShopData {
  plan: 'free' | 'paid';
  orders: number;
}

/** A node that serves the shop protocol. Stopped when the test ends. */
export function newShop(options: Partial<ConnectionsOptions<Shop, ShopData>> = {}) {
  const log = newLog();
  const connections = createConnections<Shop, ShopData>({
    log,
    heartbeatMs: 3_600_000,
    data: () => ({ plan: 'free', orders: 0 }),
    ...options,
    codec,
  });
  onTestFinished(() => {
    connections.stop();
  });
  function connect(user = 'maggie', session = `session of ${user}`, data?: ShopData) {
    const client = createFakeSocket();
    const opened = connections.open(client, { user, session, roles: [] }, data === undefined ? {} : { data });
    client.listener = opened.listener;
    return Object.assign(client, { connection: opened.connection });
  }
  return { connections, connect, log };
}
