import type { ConnectionState, Step } from '@usher/client';
import { describe, expect, test } from 'vitest';
import { connectionSteps } from './connection-steps.ts';

function at(name: ConnectionState['name'], kind: ConnectionState['reason']['kind'] = 'start'): ConnectionState {
  return { name, reason: { kind }, since: 0, attempt: 1 };
}

function steps(...names: (readonly [Step['step'], Partial<Step>?])[]): Step[] {
  return names.map(([step, more]) => ({ at: 0, step, ...more }));
}

/** The status of each step. */
function brief(state: ConnectionState, log: readonly Step[]): string {
  return connectionSteps(state, log)
    .map(
      ({ name, status, ms, code, cause }) =>
        `${name}:${status}${ms === undefined ? '' : `:${ms}`}${code === undefined ? '' : `:${code}`}${cause === undefined ? '' : `:${cause}`}`,
    )
    .join(' ');
}

describe('the connection steps', () => {
  test('start with the token', () => {
    expect(brief(at('idle'), [])).toBe('token:done ticket:later handshake:later open:later');
  });

  test('show the current step', () => {
    expect(brief(at('ticket'), steps(['ticket']))).toBe('token:done ticket:now handshake:later open:later');
    const dialled = steps(['ticket'], ['ticket_ok', { ms: 5 }], ['dial']);
    expect(brief(at('connecting'), dialled)).toBe('token:done ticket:done:5 handshake:now open:later');
  });

  test('show the duration of each step and count the handshake once', () => {
    const log = steps(['ticket'], ['ticket_ok', { ms: 5 }], ['dial'], ['open', { ms: 30 }], ['welcome', { ms: 35 }]);
    expect(brief(at('open'), log)).toBe('token:done ticket:done:5 handshake:done:30 open:done:5');
  });

  test('do not show a ticket call as rejected while the device is offline', () => {
    const log = steps(['ticket'], ['refused', {}]);
    expect(brief(at('backoff', 'offline'), log)).toBe('token:done ticket:blocked:offline handshake:later open:later');
  });

  test.each([
    ['timeout', 'timeout'],
    ['unavailable', 'unreachable'],
  ] as const)('names the cause of a ticket call without a response (%s: %s)', (kind, cause) => {
    const log = steps(['ticket'], ['refused', {}]);
    expect(brief(at('backoff', kind), log)).toBe(`token:done ticket:blocked:${cause} handshake:later open:later`);
  });

  test('show the code of a rejected ticket call', () => {
    expect(brief(at('backoff'), steps(['ticket'], ['refused', { code: 'draining' }]))).toBe(
      'token:done ticket:failed:draining handshake:later open:later',
    );
  });

  test('distinguish a rejected handshake from a connection that was lost later', () => {
    const refused = steps(['ticket'], ['ticket_ok', { ms: 5 }], ['dial'], ['close', { code: 1006 }]);
    expect(brief(at('backoff'), refused)).toBe('token:done ticket:done:5 handshake:failed:1006 open:later');
    const lost = steps(
      ['ticket'],
      ['ticket_ok', { ms: 5 }],
      ['dial'],
      ['open', { ms: 7 }],
      ['welcome'],
      ['close', { code: 1012 }],
    );
    expect(brief(at('backoff'), lost)).toBe('token:done ticket:done:5 handshake:done:7 open:failed:1012');
  });

  test('describe the latest attempt only', () => {
    const log = steps(['ticket'], ['refused', { code: 'draining' }], ['backoff'], ['ticket'], ['ticket_ok', { ms: 9 }]);
    expect(brief(at('waiting'), log)).toBe('token:done ticket:done:9 handshake:now open:later');
  });
});
