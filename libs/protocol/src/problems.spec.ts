import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem, isProblemCode, problem, type ProblemCode, problems } from './problems.ts';

const codes = Object.keys(problems) as ProblemCode[];

test.each(codes)('%s: the problem document is recognized after serialization', (code) => {
  const document = problem(code);
  expect(document).toEqual({ type: `urn:usher:problem:${code}`, code, ...problems[code] });
  expect(isProblem(JSON.parse(JSON.stringify(document)))).toBe(true);
});

test('a problem has retryAfterMs only if the caller sets it', () => {
  expect(problem('draining', 1_500)).toEqual({ ...problem('draining'), retryAfterMs: 1_500 });
  expect(problem('draining', 0).retryAfterMs).toBe(0);
  expect('retryAfterMs' in problem('draining')).toBe(false);
});

test('every status is an error status, and handshake errors have the statuses of the contract', () => {
  for (const { status } of Object.values(problems))
    expect([status, status >= 400 && status < 600]).toEqual([status, true]);
  expect(problems.missing_ticket).toEqual({ status: 401, title: 'Missing ticket' });
  expect(problems.invalid_ticket).toEqual({ status: 401, title: 'Invalid ticket' });
  expect(problems.origin_forbidden.status).toBe(403);
  expect(problems.unsupported_protocol.status).toBe(400);
  expect(problems.too_many_connections.status).toBe(429);
  expect(problems.upgrade_required.status).toBe(426);
  for (const code of ['at_capacity', 'draining', 'store_unavailable'] as const) expect(problems[code].status).toBe(503);
});

test('isProblemCode accepts exactly the codes of the table', () => {
  expect(codes.every(isProblemCode)).toBe(true);
  for (const value of ['', 'Draining', 'toString', '__proto__', 0, null, undefined, ['draining'], {}]) {
    expect(isProblemCode(value)).toBe(false);
  }
});

describe('isProblem', () => {
  const valid = { ...problem('draining', 10) };

  test('accepts a document with unknown fields', () => {
    expect(isProblem({ ...valid, detail: 'x', instance: '/api/rooms' })).toBe(true);
  });

  test.each([
    ['a missing code', { ...valid, code: undefined }],
    ['an unknown code', { ...valid, code: 'nonsense' }],
    ['a property of Object.prototype as code', { ...valid, code: 'constructor' }],
    ['__proto__ as code', { ...valid, code: '__proto__' }],
    ['an array as code', { ...valid, code: ['draining'] }],
    ['a string as status', { ...valid, status: '503' }],
    ['a missing status', { ...valid, status: undefined }],
    ['a missing title', { ...valid, title: undefined }],
    ['a missing type', { ...valid, type: undefined }],
    ['a string as retryAfterMs', { ...valid, retryAfterMs: '10' }],
    ['null as retryAfterMs', { ...valid, retryAfterMs: null }],
    ['a negative retryAfterMs', { ...valid, retryAfterMs: -1 }],
    ['NaN as retryAfterMs', { ...valid, retryAfterMs: NaN }],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'draining'],
    ['an array', ['draining']],
  ])('rejects %s', (_, value) => {
    expect(isProblem(value)).toBe(false);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(typeof isProblem(value)).toBe('boolean');
      }),
    );
  });
});
