import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem, isProblemCode, type ProblemCode } from './problem-codes.ts';
import { problem, problems } from './problems.ts';

const codes = Object.keys(problems) as ProblemCode[];

test.each(codes)('%s makes a document that is known again after a way over the network', (code) => {
  const document = problem(code);
  expect(document).toEqual({ type: `urn:usher:problem:${code}`, code, ...problems[code] });
  expect(isProblem(JSON.parse(JSON.stringify(document)))).toBe(true);
});

test('a document says when to try again only where that was told', () => {
  expect(problem('draining', 1_500)).toEqual({ ...problem('draining'), retryAfterMs: 1_500 });
  expect(problem('draining', 0).retryAfterMs).toBe(0);
  expect('retryAfterMs' in problem('draining')).toBe(false);
});

test('every status is one of an error, and those of the handshake are the contract’s', () => {
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

test('a code is one of those in the table, and nothing else', () => {
  expect(codes.every(isProblemCode)).toBe(true);
  for (const value of ['', 'Draining', 'toString', '__proto__', 0, null, undefined, ['draining'], {}]) {
    expect(isProblemCode(value)).toBe(false);
  }
});

describe('isProblem', () => {
  const good = { ...problem('draining', 10) };

  test('takes a document with fields that it does not know', () => {
    expect(isProblem({ ...good, detail: 'x', instance: '/api/rooms' })).toBe(true);
  });

  test.each([
    ['no code', { ...good, code: undefined }],
    ['a code that is not known', { ...good, code: 'nonsense' }],
    ['a name of every object as code', { ...good, code: 'constructor' }],
    ['the prototype as code', { ...good, code: '__proto__' }],
    ['a code in an array', { ...good, code: ['draining'] }],
    ['a status that is a text', { ...good, status: '503' }],
    ['no status', { ...good, status: undefined }],
    ['no title', { ...good, title: undefined }],
    ['no type', { ...good, type: undefined }],
    ['a wait that is a text', { ...good, retryAfterMs: '10' }],
    ['a wait that is null', { ...good, retryAfterMs: null }],
    ['a wait that lies behind', { ...good, retryAfterMs: -1 }],
    ['a wait that is no number', { ...good, retryAfterMs: NaN }],
    ['null', null],
    ['nothing', undefined],
    ['a text', 'draining'],
    ['an array', ['draining']],
  ])('refuses %s', (_, value) => {
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
