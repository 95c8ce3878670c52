import { expect, test } from 'vitest';
import { compileProtocol, defineProtocol, Type } from './server.ts';

test('an application defines its messages without a TypeBox of its own', () => {
  const shop = defineProtocol({
    name: 'shop.v1',
    requests: {
      order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
    },
    signals: {},
    events: {},
    errors: [],
  });
  const codec = compileProtocol(shop);
  expect(codec.decode('{"type":"order","id":1,"item":"tea"}')).toMatchObject({
    kind: 'request',
    params: { item: 'tea' },
  });
  expect(codec.decode('{"type":"order","id":1,"item":7}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
});
