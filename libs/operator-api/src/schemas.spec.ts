import { compileProtocol } from '@usher/protocol/server';
import { describe, expect, test } from 'vitest';
import { operatorProtocol } from './server.ts';

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
