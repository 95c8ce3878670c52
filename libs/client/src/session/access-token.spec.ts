import { expect, test } from 'vitest';
import { leftMs, identityClaims, received } from './access-token.ts';

const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

test('reads the user of a JWT in any alphabet', () => {
  expect(identityClaims(jwt({ sub: 'Bjørn ~~??', sid: 's-1', iat: 1 }))).toEqual({
    user: 'Bjørn ~~??',
    session: 's-1',
  });
  expect(identityClaims(jwt({ sub: 7 }))).toEqual({});
});

test.each(['', 'opaque', 'a.b.c', 'a.%%%.c', jwt(null), jwt('text'), jwt([1])])('finds no user in %j', (token) => {
  expect(identityClaims(token)).toEqual({});
});

test('computes the lifetime from iat and exp', () => {
  const token = received({ token: jwt({ iat: 5_000, exp: 5_900 }), expires: 1 }, 77_000);
  expect(token).toMatchObject({ at: 77_000, lifeMs: 900_000 });
  expect(leftMs(token, 77_000)).toBe(900_000);
  expect(leftMs(token, 977_001)).toBe(-1);
});

test.each([{}, { exp: 5_900 }, { iat: 'a', exp: 'b' }, { iat: 9, exp: 8 }])(
  'uses `expires` for a token with the claims %j',
  (claims) => {
    expect(received({ token: jwt(claims), expires: 100 }, 77_000).lifeMs).toBe(23_000);
  },
);

test('treats a token from the future as expired, with a tolerance for other tabs', () => {
  expect(leftMs({ token: 'x', at: 10_000, lifeMs: 60_000 }, 4_999)).toBe(0);
  expect(leftMs({ token: 'x', at: 10_000, lifeMs: 60_000 }, 5_000)).toBe(65_000);
});
