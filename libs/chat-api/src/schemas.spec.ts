import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { credentialsSchema, messagePageQuerySchema, newRoomSchema, roomsSchema } from './schemas.ts';

const room = {
  room: 'general',
  title: 'General',
  private: false,
  seq: 0,
  at: 1,
  unread: 0,
  read: 0,
  mentions: 0,
  isMember: true,
  canManage: true,
};

describe('request schemas accept', () => {
  test.each([
    ['credentials', credentialsSchema, { user: 'maggie', pwd: 'secret' }],
    ['the longest name and password', credentialsSchema, { user: 'x'.repeat(64), pwd: 'x'.repeat(256) }],
    ['a room', newRoomSchema, { room: 'a-room-1', title: 'A room' }],
    ['a private room', newRoomSchema, { room: 'a', title: 'x'.repeat(80), private: true }],
    ['a page query without parameters', messagePageQuerySchema, {}],
    ['the largest page size', messagePageQuerySchema, { before: 1, limit: 200 }],
  ])('%s', (_, schema, value) => {
    expect(Value.Check(schema, value)).toBe(true);
  });
});

describe('request schemas reject', () => {
  test.each([
    ['a missing password', credentialsSchema, { user: 'maggie' }],
    ['an empty name', credentialsSchema, { user: '', pwd: 'secret' }],
    ['an empty password', credentialsSchema, { user: 'maggie', pwd: '' }],
    ['a name that is too long', credentialsSchema, { user: 'x'.repeat(65), pwd: 'secret' }],
    ['a password that is too long', credentialsSchema, { user: 'maggie', pwd: 'x'.repeat(257) }],
    ['an array as the user name', credentialsSchema, { user: ['maggie'], pwd: 'secret' }],
    ['a room name with an upper-case letter', newRoomSchema, { room: 'General', title: 'x' }],
    ['a room name with a slash', newRoomSchema, { room: 'a/b', title: 'x' }],
    ['an empty title', newRoomSchema, { room: 'a', title: '' }],
    ['a title that is too long', newRoomSchema, { room: 'a', title: 'x'.repeat(81) }],
    ['a non-boolean private flag', newRoomSchema, { room: 'a', title: 'x', private: 'half' }],
    ['a page size of 0', messagePageQuerySchema, { limit: 0 }],
    ['a page size over the limit', messagePageQuerySchema, { limit: 201 }],
    ['a page before sequence number 0', messagePageQuerySchema, { before: 0 }],
    ['a fractional sequence number', messagePageQuerySchema, { before: 1.5 }],
  ])('%s', (_, schema, value) => {
    expect(Value.Check(schema, value)).toBe(false);
  });
});

test('response schemas wrap lists in an object', () => {
  expect(Value.Check(roomsSchema, { rooms: [room] })).toBe(true);
  expect(Value.Check(roomsSchema, [room])).toBe(false);
  expect(Value.Check(roomsSchema, { rooms: [{ ...room, seq: -1 }] })).toBe(false);
});
