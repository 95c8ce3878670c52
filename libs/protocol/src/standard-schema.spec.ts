import { type } from 'arktype';
import { Type } from 'typebox';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compileProtocol } from './compile.ts';
import { defineProtocol } from './define-protocol.ts';
import { defineRooms } from './rooms.ts';
import type { StandardSchema } from './schema.ts';

const key = '3f2b8c1e-9a4d-4f6b-8e7a-1c2d3e4f5a6b';

/** The same order in each library: an item, and an amount of at least 1. */
const libraries = {
  TypeBox: Type.Object({ item: Type.String(), amount: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  Zod: z.strictObject({ item: z.string(), amount: z.int().min(1) }),
  Valibot: v.strictObject({ item: v.string(), amount: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  ArkType: type({ '+': 'reject', item: 'string', amount: 'number.integer >= 1' }),
};
const standard = Object.entries(libraries).filter(([name]) => name !== 'TypeBox');

describe.each(standard)('messages with schemas of %s', (_, schema) => {
  const codec = compileProtocol(
    defineProtocol({
      name: 'shop.v1',
      requests: { order: { params: schema, reply: Type.Object({}) } },
      signals: { look: schema },
      serverRequests: { confirm: { params: Type.Object({}), reply: schema } },
    }),
  );

  test('are decoded without the fields of the frame', () => {
    const params = { item: 'tea', amount: 2 };
    expect(codec.decode(JSON.stringify({ type: 'order', id: 7, ...params }))).toEqual({
      kind: 'request',
      type: 'order',
      id: 7,
      params,
    });
    expect(codec.decode(JSON.stringify({ type: 'look', ...params }))).toEqual({ kind: 'signal', type: 'look', params });
  });

  test('are rejected with the name of the field, without its value', () => {
    const frame = { type: 'order', id: 7, item: 'tea', amount: 'secret' };
    expect(codec.decode(JSON.stringify(frame))).toEqual({
      kind: 'bad',
      code: 'bad_message',
      id: 7,
      message: '/amount does not match its schema',
    });
  });

  test('validate replies to requests of the server', () => {
    expect(codec.validateReply('confirm', { item: 'tea', amount: 2 })).toEqual({ value: { item: 'tea', amount: 2 } });
    expect(codec.validateReply('confirm', { item: 'tea', amount: 0 })).toEqual({
      error: '/amount does not match its schema',
    });
    expect(codec.validateReply('confirm', undefined)).toHaveProperty('error');
  });
});

describe.each(Object.entries(libraries))('rooms with a payload schema of %s', (_, payload) => {
  const codec = compileProtocol(defineRooms({ payload }));
  const decode = (fields: object) =>
    codec.decode(JSON.stringify({ type: 'send', id: 1, room: 'orders', key, ...fields }));

  test('accept a valid payload', () => {
    const sent = { room: 'orders', key, payload: { item: 'tea', amount: 2 } };
    expect(decode({ payload: sent.payload })).toMatchObject({ kind: 'request', type: 'send', params: sent });
  });

  test.each([
    ['an invalid payload', { payload: { item: 'tea', amount: 0 } }, '/payload/amount'],
    ['no payload', {}, ''],
    ['an unknown property', { payload: { item: 'tea', amount: 2, price: 1 } }, '/payload'],
    ['a text instead of a payload', { text: 'hello' }, ''],
    ['an invalid room', { room: 'Orders', payload: { item: 'tea', amount: 2 } }, '/room'],
    ['an invalid key', { key: 'x', payload: { item: 'tea', amount: 2 } }, '/key'],
  ])('reject %s', (__, fields, path) => {
    const decoded = decode(fields);
    expect(decoded).toMatchObject({ kind: 'bad', code: 'bad_message', id: 1 });
    expect(decoded).toHaveProperty('message', expect.stringContaining(path));
  });

  test('validate a payload that the server publishes', () => {
    const params = { room: 'orders', key, payload: { item: 'tea', amount: 2 } };
    expect(codec.validateParams('send', params)).toEqual({ value: params });
    expect(codec.validateParams('send', { ...params, payload: {} })).toHaveProperty('error');
  });
});

describe('a schema that transforms values', () => {
  const codec = compileProtocol(
    defineRooms({
      payload: z.object({ amount: z.string().transform(Number), note: z.string().default('none') }),
      requests: { order: { params: z.object({ amount: z.coerce.number() }), reply: z.object({}) } },
    }),
  );

  test('gives the handler its output', () => {
    expect(codec.decode('{"type":"order","id":1,"amount":"2"}')).toMatchObject({ params: { amount: 2 } });
  });

  test('applies to payloads too', () => {
    const params = { room: 'orders', key, payload: { amount: '2' } };
    expect(codec.validateParams('send', params)).toEqual({
      value: { ...params, payload: { amount: 2, note: 'none' } },
    });
  });
});

describe('a schema that cannot be used', () => {
  function decodeWith(validate: StandardSchema<object, object>['~standard']['validate']) {
    const params: StandardSchema<object, object> = { '~standard': { version: 1, vendor: 'test', validate } };
    const codec = compileProtocol(defineProtocol({ name: 'x', requests: { a: { params, reply: Type.Object({}) } } }));
    return codec.decode('{"type":"a","id":1}');
  }

  test.each([
    ['is asynchronous', () => Promise.reject(new Error('late')), 'its schema is asynchronous, which is not supported'],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
      'its schema threw an error',
    ],
    ['returns no object', () => ({ value: 7 as unknown as object }), 'the schema does not return an object'],
  ])('because it %s rejects every frame', (_, validate, message) => {
    expect(decodeWith(validate)).toEqual({ kind: 'bad', code: 'bad_message', id: 1, message });
  });
});
