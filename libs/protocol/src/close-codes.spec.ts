import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closeCode,
  closeCodes,
  type CloseName,
  endCauses,
  parseEndCause,
  shouldReconnect,
  toCloseReason,
} from './close-codes.ts';

/** A second copy of the table in the wire contract, so that an accidental change of a row fails a test. */
const contract: readonly (readonly [code: number, name: CloseName, shouldReconnect: boolean])[] = [
  [1000, 'normal', true],
  [1001, 'going_away', true],
  [1002, 'protocol_error', false],
  [1003, 'unsupported_data', false],
  [1006, 'connection_lost', true],
  [1007, 'invalid_payload', false],
  [1009, 'too_large', false],
  [1011, 'internal_error', true],
  [1012, 'service_restart', true],
  [1013, 'try_again_later', true],
  [4001, 'lease_expired', true],
  [4008, 'heartbeat_missed', true],
  [4009, 'slow_consumer', true],
  [4029, 'rate_limit_abused', true],
  [4500, 'malformed_messages', false],
  [4501, 'session_ended', false],
  [4503, 'closed_by_operator', false],
];

describe('the table of close codes', () => {
  test('has exactly the rows of the contract', () => {
    expect(closeCodes.map(({ code, name }) => [code, name])).toEqual(contract.map(([code, name]) => [code, name]));
  });

  test.each(contract)('maps %i to %s; clients reconnect: %s', (code, name, reconnects) => {
    expect(closeCode(name).code).toBe(code);
    expect(shouldReconnect(code)).toBe(reconnects);
  });

  test('has only reasons that fit into a close frame', () => {
    for (const { reason } of closeCodes) {
      expect(reason).toMatch(/^[A-Za-z]/);
      // RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code.
      expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(123);
    }
  });

  test('rejects an unknown name', () => {
    expect(() => closeCode('toString' as CloseName)).toThrow(RangeError);
  });
});

describe('shouldReconnect', () => {
  test('depends only on the range for codes from 4000 to 4999', () => {
    for (let code = 4000; code <= 4499; code++) expect([code, shouldReconnect(code)]).toEqual([code, true]);
    for (let code = 4500; code <= 4999; code++) expect([code, shouldReconnect(code)]).toEqual([code, false]);
  });

  test('returns false for exactly four codes below 4000', () => {
    const terminal: number[] = [];
    for (let code = 1000; code <= 3999; code++) if (!shouldReconnect(code)) terminal.push(code);
    expect(terminal).toEqual([1002, 1003, 1007, 1009]);
  });

  test('returns a boolean for every number', () => {
    fc.assert(
      fc.property(fc.double(), (code) => {
        expect(typeof shouldReconnect(code)).toBe('boolean');
      }),
    );
  });
});

test('reads every cause from its close reason', () => {
  for (const cause of endCauses) expect(parseEndCause(toCloseReason(cause))).toBe(cause);
});

test('every close reason fits into a close frame (RFC 6455 §5.5: 125 bytes, 2 of them for the code)', () => {
  for (const cause of endCauses) expect(Buffer.byteLength(toCloseReason(cause))).toBeLessThanOrEqual(123);
});

test('reads a cause without the prefix, as in the detail of a problem', () => {
  expect(parseEndCause('password_changed')).toBe('password_changed');
});

test.each([
  undefined,
  '',
  'session ended',
  'session ended: ',
  'session ended: of boredom',
  'Session ended: operator',
  'Session ended',
])('returns undefined for %j', (text) => {
  expect(parseEndCause(text)).toBeUndefined();
});
