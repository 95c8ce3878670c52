import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { compileProtocol } from './compile.ts';
import { defineProtocol, extendProtocol } from './define-protocol.ts';
import { defineRooms, roomsProtocol } from './rooms.ts';

const order = { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) };
const price = Type.Object({ price: Type.Number() });

describe('an extended protocol', () => {
  const shop = extendProtocol(roomsProtocol, {
    requests: { order },
    events: { price },
    serverRequests: { confirm: order },
    errors: ['sold_out', 'too_long'],
  });

  test('has the messages of its base and its own', () => {
    expect(Object.keys(shop.requests)).toEqual([...Object.keys(roomsProtocol.requests), 'order']);
    expect(Object.keys(shop.events)).toEqual([...Object.keys(roomsProtocol.events), 'price']);
    expect(Object.keys(shop.serverRequests)).toEqual(['confirm']);
    expect(shop.errors).toEqual([...roomsProtocol.errors, 'sold_out']);
    expect(shop.rooms).toBe('text');
  });

  test('keeps the name of its base, or has its own', () => {
    expect(shop.name).toBe('usher.v1');
    expect(extendProtocol(roomsProtocol, { name: 'shop.v1' }).name).toBe('shop.v1');
    expect(() => extendProtocol(roomsProtocol, { name: 'a b' })).toThrow(TypeError);
  });

  test('decodes the messages of both', () => {
    const codec = compileProtocol(shop);
    expect(codec.decode('{"type":"order","id":1,"item":"tea"}')).toMatchObject({ kind: 'request', type: 'order' });
    expect(codec.decode('{"type":"leave","id":1,"room":"general"}')).toMatchObject({ kind: 'request', type: 'leave' });
  });

  test('does not modify its base', () => {
    expect(Object.keys(roomsProtocol.requests)).not.toContain('order');
    expect(roomsProtocol.errors).not.toContain('sold_out');
  });

  test('can be extended again', () => {
    const more = extendProtocol(shop, { events: { closed: Type.Object({}) } });
    expect(Object.keys(more.events)).toEqual([...Object.keys(shop.events), 'closed']);
  });

  test.each([
    ['a request', { requests: { join: order } }, 'join'],
    ['a request with the name of a signal', { requests: { typing: order } }, 'typing'],
    ['an event', { events: { message: price } }, 'message'],
    ['a signal', { signals: { beat: price } }, 'beat'],
    ['the frames of server requests', { signals: { response: price } }, 'response'],
  ])('cannot replace %s of its base', (_, parts, type) => {
    expect(() => extendProtocol(roomsProtocol, parts)).toThrow(`message type "${type}" is already taken`);
  });

  test('cannot define a server request twice', () => {
    const first = defineProtocol({ name: 'x', serverRequests: { confirm: order } });
    expect(() => extendProtocol(first, { serverRequests: { confirm: order } })).toThrow('"confirm" is already taken');
  });
});

describe('rooms with a payload', () => {
  const board = defineRooms({ payload: Type.Object({ x: Type.Number() }), requests: { order } });

  test('have the messages of rooms, without changes of messages', () => {
    expect(board.rooms).toBe('payload');
    expect(Object.keys(board.requests)).toEqual([
      ...['ping', 'renew', 'join', 'history', 'leave', 'send', 'read'],
      'order',
    ]);
    expect(Object.keys(board.signals)).toEqual(Object.keys(roomsProtocol.signals));
    // Archived rooms and events of backends belong to the chat.
    expect([...Object.keys(board.events), 'archived', 'event']).toEqual(Object.keys(roomsProtocol.events));
  });

  test('are named usher.v1 by default', () => {
    expect(board.name).toBe('usher.v1');
    expect(defineRooms({ name: 'board.v1', payload: Type.Object({}) }).name).toBe('board.v1');
  });
});
