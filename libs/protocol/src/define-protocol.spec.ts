import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { compileProtocol } from './compile.ts';
import { coreProtocol, defineProtocol } from './define-protocol.ts';

const emptySchema = Type.Object({});

describe('a custom protocol', () => {
  const shop = defineProtocol({
    name: 'shop.v1',
    requests: {
      order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
    },
    signals: { look: Type.Object({ at: Type.String() }) },
    events: { price: Type.Object({ id: Type.String(), price: Type.Number() }) },
    errors: ['sold_out', 'forbidden'],
  });

  test('has the core messages and its own', () => {
    expect(shop.name).toBe('shop.v1');
    expect(Object.keys(shop.requests)).toEqual([...Object.keys(coreProtocol.requests), 'order']);
    expect(Object.keys(shop.signals)).toEqual([...Object.keys(coreProtocol.signals), 'look']);
    expect(Object.keys(shop.events)).toEqual([...Object.keys(coreProtocol.events), 'price']);
  });

  test('lists each error once', () => {
    expect(shop.errors).toEqual([...coreProtocol.errors, 'sold_out']);
  });

  test('is the protocol that its codec validates against', () => {
    const codec = compileProtocol(shop);
    expect(codec.decode('{"type":"order","id":1,"item":"tea"}')).toMatchObject({
      kind: 'request',
      type: 'order',
      id: 1,
    });
    expect(codec.decode('{"type":"order","id":1,"item":7}')).toMatchObject({ kind: 'bad', code: 'bad_message', id: 1 });
    expect(codec.decode('{"type":"look","at":"tea"}')).toMatchObject({ kind: 'signal', type: 'look' });
    expect(codec.decode('{"type":"look"}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
    expect(codec.decode('{"type":"ping","id":2}')).toMatchObject({ kind: 'request', type: 'ping' });
    expect(codec.decode('{"type":"join","id":3,"room":"general"}')).toMatchObject({
      kind: 'bad',
      code: 'unknown_type',
    });
  });

  test('may consist of a name only', () => {
    expect(defineProtocol({ name: 'bare' })).toEqual({ name: 'bare', ...coreProtocol, serverRequests: {} });
  });

  test('does not modify the core protocol', () => {
    const before = JSON.stringify(coreProtocol);
    defineProtocol({ name: 'x', requests: { a: { params: emptySchema, reply: emptySchema } }, errors: ['b'] });
    expect(JSON.stringify(coreProtocol)).toBe(before);
  });
});

describe('defineProtocol', () => {
  test.each(['', 'a b', 'a,b', 'é', 'a/b', 'a"b', 'a\r\nb'])(
    'rejects the name %j, which is not a subprotocol token',
    (name) => {
      expect(() => defineProtocol({ name })).toThrow(TypeError);
      expect(() => defineProtocol({ name })).toThrow(JSON.stringify(name));
    },
  );

  test.each([...Object.keys(coreProtocol.requests), ...Object.keys(coreProtocol.signals), 'reply', 'error'])(
    'rejects a request or signal named %s',
    (type) => {
      const taken = `message type "${type}" is already taken`;
      expect(() =>
        defineProtocol({ name: 'x', requests: { [type]: { params: emptySchema, reply: emptySchema } } }),
      ).toThrow(taken);
      expect(() => defineProtocol({ name: 'x', signals: { [type]: emptySchema } })).toThrow(taken);
    },
  );

  test.each([...Object.keys(coreProtocol.events), 'reply', 'error'])('rejects an event named %s', (type) => {
    expect(() => defineProtocol({ name: 'x', events: { [type]: emptySchema } })).toThrow(
      `message type "${type}" is already taken`,
    );
  });

  test('rejects a type that is both a request and a signal', () => {
    expect(() =>
      defineProtocol({
        name: 'x',
        requests: { a: { params: emptySchema, reply: emptySchema } },
        signals: { a: emptySchema },
      }),
    ).toThrow('message type "a" is already taken');
  });

  test('accepts a type that is used in both directions', () => {
    const both = defineProtocol({
      name: 'x',
      signals: { a: emptySchema },
      events: { a: emptySchema, ping: emptySchema },
    });
    expect(Object.keys(both.events)).toContain('ping');
  });

  test.each(['type', 'id'])('rejects a request or signal with the field %s', (field) => {
    const params = Type.Object({ [field]: Type.String() });
    const message = `"a": property ${field} belongs to the frame`;
    expect(() => defineProtocol({ name: 'x', requests: { a: { params, reply: emptySchema } } })).toThrow(message);
    expect(() => defineProtocol({ name: 'x', signals: { a: params } })).toThrow(message);
  });

  test('rejects an event with the field type but accepts one with the field id', () => {
    expect(() => defineProtocol({ name: 'x', events: { a: Type.Object({ type: Type.String() }) } })).toThrow(
      '"a": property type belongs to the frame',
    );
    expect(() => defineProtocol({ name: 'x', events: { a: Type.Object({ id: Type.String() }) } })).not.toThrow();
  });
});

test('properties of Object.prototype are valid names of messages and fields', () => {
  const odd = defineProtocol({
    name: 'x',
    requests: { constructor: { params: Type.Object({ valueOf: Type.String() }), reply: emptySchema } },
  });
  const codec = compileProtocol(odd);
  expect(codec.decode('{"type":"constructor","id":1,"valueOf":"x"}')).toMatchObject({
    kind: 'request',
    type: 'constructor',
  });
  expect(codec.decode('{"type":"constructor","id":1}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
  expect(codec.decode('{"type":"toString","id":1}')).toMatchObject({ kind: 'bad', code: 'unknown_type' });
});
