import { compileProtocol } from '@usher/protocol/server';
import { describe, expect, test } from 'vitest';
import { Value } from 'typebox/value';
import { operatorProtocol, serverEventSchema, serverMessageSchema, userChangeSchema } from './server.ts';

const key = '00000000-0000-4000-8000-000000000001';
const codec = compileProtocol(operatorProtocol);

function decode(frame: object): boolean {
  return codec.decode(JSON.stringify(frame)).kind !== 'bad';
}

describe('the operator protocol accepts', () => {
  test.each([
    ['an overview of all nodes', { type: 'overview' }],
    ['the last hour of one node', { type: 'overview', node: 'a', history: true }],
    ['refusals without a filter', { type: 'refusals' }],
    ['every filter of the refusals', { type: 'refusals', kind: 'handshake', reason: 'used', user: 'maggie', since: 1 }],
    ['groups by reason', { type: 'refusal_groups', by: 'reason' }],
    ['a receipt as a person types it', { type: 'receipt', receipt: 'k7q 2mf' }],
    ['recently closed connections', { type: 'connections', state: 'closed', limit: 200 }],
  ])('%s', (_, frame) => {
    expect(decode({ id: 1, ...frame })).toBe(true);
  });
});

describe('the operator protocol rejects', () => {
  test.each([
    ['a page over the limit', { type: 'connections', limit: 201 }],
    ['an unknown kind', { type: 'refusals', kind: 'door' }],
    ['groups without a field', { type: 'refusal_groups' }],
    ['a field to group by that does not exist', { type: 'refusal_groups', by: 'session' }],
    ['an unlimited receipt', { type: 'receipt', receipt: 'x'.repeat(17) }],
  ])('%s', (_, frame) => {
    expect(decode({ id: 1, ...frame })).toBe(false);
  });
});

test.each([
  ['an empty change of a user', userChangeSchema, {}],
  ['a role with a capital letter', userChangeSchema, { roles: ['Admin'] }],
  ['a message with the name of a program', serverMessageSchema, { key, text: 'x', from: 'app:x' }],
  ['a message with U+0000', serverMessageSchema, { key, text: 'a\0b' }],
  ['an event with a reserved name', serverEventSchema, { type: 'usher.message', data: {} }],
  ['an event whose data is a list', serverEventSchema, { type: 'paid', data: [] }],
])('the schemas of HTTP calls reject %s', (_, schema, body) => {
  expect(Value.Check(schema, body)).toBe(false);
});

test('an event may have a name that only begins like a reserved one', () => {
  expect(Value.Check(serverEventSchema, { type: 'ushers', data: {} })).toBe(true);
});
