import { defineProtocol, Type } from '@usher/protocol/server';

/** The messages of the shop. The server checks them at run time, the client imports only the type. */
export const shop = defineProtocol({
  name: 'shop.v1',
  requests: {
    order: {
      params: Type.Object({ item: Type.String({ maxLength: 40 }) }),
      reply: Type.Object({ number: Type.Integer() }),
    },
  },
  events: { price: Type.Object({ item: Type.String(), price: Type.Number() }) },
  errors: ['sold_out'],
});
export type Shop = typeof shop;
