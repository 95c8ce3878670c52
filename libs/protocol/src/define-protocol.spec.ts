import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { compileProtocol } from './compile.ts';
import { coreProtocol } from './core.ts';
import { defineProtocol } from './define-protocol.ts';

const nothing = Type.Object({});

describe('a team’s own protocol', () => {
  const shop = defineProtocol({
    name: 'shop.v1',
    requests: {
      order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
    },
    signals: { look: Type.Object({ at: Type.String() }) },
    events: { price: Type.Object({ id: Type.String(), price: Type.Number() }) },
    errors: ['sold_out', 'forbidden'],
  });

  test('has the core’s messages and its own', () => {
    expect(shop.name).toBe('shop.v1');
    expect(Object.keys(shop.requests)).toEqual([...Object.keys(coreProtocol.requests), 'order']);
    expect(Object.keys(shop.signals)).toEqual([...Object.keys(coreProtocol.signals), 'look']);
    expect(Object.keys(shop.events)).toEqual([...Object.keys(coreProtocol.events), 'price']);
  });

  test('names each error once', () => {
    expect(shop.errors).toEqual([...coreProtocol.errors, 'sold_out']);
  });

  test('is what its codec judges by', () => {
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

  test('may be nothing but a name', () => {
    expect(defineProtocol({ name: 'bare' })).toEqual({ name: 'bare', ...coreProtocol });
  });

  test('leaves the core as it is', () => {
    const before = JSON.stringify(coreProtocol);
    defineProtocol({ name: 'x', requests: { a: { params: nothing, reply: nothing } }, errors: ['b'] });
    expect(JSON.stringify(coreProtocol)).toBe(before);
  });
});

describe('what is refused, with its name', () => {
  test.each(['', 'a b', 'a,b', 'é', 'a/b', 'a"b', 'a\r\nb'])('the name %j, which is no subprotocol token', (name) => {
    expect(() => defineProtocol({ name })).toThrow(TypeError);
    expect(() => defineProtocol({ name })).toThrow(JSON.stringify(name));
  });

  test.each([...Object.keys(coreProtocol.requests), ...Object.keys(coreProtocol.signals), 'reply', 'error'])(
    'a request or signal named %s',
    (type) => {
      const taken = `message type "${type}" is already taken`;
      expect(() => defineProtocol({ name: 'x', requests: { [type]: { params: nothing, reply: nothing } } })).toThrow(
        taken,
      );
      expect(() => defineProtocol({ name: 'x', signals: { [type]: nothing } })).toThrow(taken);
    },
  );

  test.each([...Object.keys(coreProtocol.events), 'reply', 'error'])('an event named %s', (type) => {
    expect(() => defineProtocol({ name: 'x', events: { [type]: nothing } })).toThrow(
      `message type "${type}" is already taken`,
    );
  });

  test('a type that is a request and a signal', () => {
    expect(() =>
      defineProtocol({ name: 'x', requests: { a: { params: nothing, reply: nothing } }, signals: { a: nothing } }),
    ).toThrow('message type "a" is already taken');
  });

  test('but not a type that is said in both directions', () => {
    const both = defineProtocol({ name: 'x', signals: { a: nothing }, events: { a: nothing, ping: nothing } });
    expect(Object.keys(both.events)).toContain('ping');
  });

  test.each(['type', 'id'])('a request or signal with a field %s', (field) => {
    const params = Type.Object({ [field]: Type.String() });
    const message = `"a": property ${field} belongs to the frame`;
    expect(() => defineProtocol({ name: 'x', requests: { a: { params, reply: nothing } } })).toThrow(message);
    expect(() => defineProtocol({ name: 'x', signals: { a: params } })).toThrow(message);
  });

  test('an event with a field type, but not one with an id', () => {
    expect(() => defineProtocol({ name: 'x', events: { a: Type.Object({ type: Type.String() }) } })).toThrow(
      '"a": property type belongs to the frame',
    );
    expect(() => defineProtocol({ name: 'x', events: { a: Type.Object({ id: Type.String() }) } })).not.toThrow();
  });
});

test('names of every object are names like any other', () => {
  const odd = defineProtocol({
    name: 'x',
    requests: { constructor: { params: Type.Object({ valueOf: Type.String() }), reply: nothing } },
  });
  const codec = compileProtocol(odd);
  expect(codec.decode('{"type":"constructor","id":1,"valueOf":"x"}')).toMatchObject({
    kind: 'request',
    type: 'constructor',
  });
  expect(codec.decode('{"type":"constructor","id":1}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
  expect(codec.decode('{"type":"toString","id":1}')).toMatchObject({ kind: 'bad', code: 'unknown_type' });
});
