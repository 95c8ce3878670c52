import { expect, test } from 'vitest';
import { leftMs, personOf, received } from './access-token.ts';

const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

test('a JWT names its person, whatever alphabet they are written in', () => {
  expect(personOf(jwt({ sub: 'Bjørn ~~??', sid: 's-1', iat: 1 }))).toEqual({ user: 'Bjørn ~~??', session: 's-1' });
  expect(personOf(jwt({ sub: 7 }))).toEqual({});
});

test.each(['', 'opaque', 'a.b.c', 'a.%%%.c', jwt(null), jwt('text'), jwt([1])])('%j names nobody', (token) => {
  expect(personOf(token)).toEqual({});
});

test('how long it lives is what lies between its two times', () => {
  const token = received({ token: jwt({ iat: 5_000, exp: 5_900 }), expires: 1 }, 77_000);
  expect(token).toMatchObject({ at: 77_000, lifeMs: 900_000 });
  expect(leftMs(token, 77_000)).toBe(900_000);
  expect(leftMs(token, 977_001)).toBe(-1);
});

test.each([{}, { exp: 5_900 }, { iat: 'a', exp: 'b' }, { iat: 9, exp: 8 }])(
  'of %j nothing can be told but `expires`',
  (claims) => {
    expect(received({ token: jwt(claims), expires: 100 }, 77_000).lifeMs).toBe(23_000);
  },
);

test('nothing is left of one that will have been received; another tab’s clock may be a little ahead', () => {
  expect(leftMs({ token: 'x', at: 10_000, lifeMs: 60_000 }, 4_999)).toBe(0);
  expect(leftMs({ token: 'x', at: 10_000, lifeMs: 60_000 }, 5_000)).toBe(65_000);
});
