import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { credentialsSchema, messagePageQuerySchema, newRoomSchema, roomsSchema, ticketSchema } from './http.ts';

const room = {
  room: 'general',
  title: 'General',
  private: false,
  seq: 0,
  at: 1,
  unread: 0,
  read: 0,
  mentions: 0,
  mine: true,
  manages: true,
};

describe('what comes in is taken within its bounds', () => {
  test.each([
    ['a sign-in', credentialsSchema, { user: 'maggie', pwd: 'secret' }],
    ['the longest name and password', credentialsSchema, { user: 'x'.repeat(64), pwd: 'x'.repeat(256) }],
    ['a room', newRoomSchema, { room: 'a-room-1', title: 'A room' }],
    ['a private room', newRoomSchema, { room: 'a', title: 'x'.repeat(80), private: true }],
    ['a page without bounds', messagePageQuerySchema, {}],
    ['the largest page', messagePageQuerySchema, { before: 1, limit: 200 }],
  ])('%s', (_, schema, value) => {
    expect(Value.Check(schema, value)).toBe(true);
  });
});

describe('and refused beyond them', () => {
  test.each([
    ['no password', credentialsSchema, { user: 'maggie' }],
    ['an empty name', credentialsSchema, { user: '', pwd: 'secret' }],
    ['an empty password', credentialsSchema, { user: 'maggie', pwd: '' }],
    ['a name too long', credentialsSchema, { user: 'x'.repeat(65), pwd: 'secret' }],
    ['a password too long to hash', credentialsSchema, { user: 'maggie', pwd: 'x'.repeat(257) }],
    ['a list of names', credentialsSchema, { user: ['maggie'], pwd: 'secret' }],
    ['a room name with capitals', newRoomSchema, { room: 'General', title: 'x' }],
    ['a room name with a slash', newRoomSchema, { room: 'a/b', title: 'x' }],
    ['a room without a title', newRoomSchema, { room: 'a', title: '' }],
    ['a title too long', newRoomSchema, { room: 'a', title: 'x'.repeat(81) }],
    ['half a private room', newRoomSchema, { room: 'a', title: 'x', private: 'half' }],
    ['a page of nothing', messagePageQuerySchema, { limit: 0 }],
    ['a page too large', messagePageQuerySchema, { limit: 201 }],
    ['a page before the first message', messagePageQuerySchema, { before: 0 }],
    ['half a message', messagePageQuerySchema, { before: 1.5 }],
  ])('%s', (_, schema, value) => {
    expect(Value.Check(schema, value)).toBe(false);
  });
});

describe('what goes out has the shape of the contract', () => {
  test('a ticket says how long to wait, which is never less than nothing', () => {
    const ticket = { ticket: 'x', expires: 1, connectAfterMs: 0 };
    expect(Value.Check(ticketSchema, ticket)).toBe(true);
    expect(Value.Check(ticketSchema, { ...ticket, connectAfterMs: -1 })).toBe(false);
  });

  test('lists come wrapped', () => {
    expect(Value.Check(roomsSchema, { rooms: [room] })).toBe(true);
    expect(Value.Check(roomsSchema, [room])).toBe(false);
    expect(Value.Check(roomsSchema, { rooms: [{ ...room, seq: -1 }] })).toBe(false);
  });
});
