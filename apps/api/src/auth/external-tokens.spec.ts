import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { validClaims, type KeyServer, newKeyServer, signingKey, type SigningKey } from '../testing/key-server.ts';
import { ExternalTokens, type ExternalToken, isExternalToken } from './external-tokens.ts';

const minute = 60_000;

/** A verifier with a manual clock. */
function verifierOf(
  { issuer, audience }: Pick<KeyServer, 'issuer' | 'audience'>,
  jwksUrl: string,
  timeoutMs = 5_000,
): {
  verify: (token: string) => Promise<ExternalToken>;
  code: (token: string) => Promise<string>;
  pass: (ms: number) => void;
} {
  let now = Date.now();
  const tokens = new ExternalTokens(
    { jwksUrl, issuer, audience },
    { now: () => now, monotonicNow: () => now, timeoutMs },
  );
  const verify = (token: string): Promise<ExternalToken> => tokens.verify(token);
  return {
    verify,
    pass: (ms) => {
      now += ms;
    },
    code: async (token) => {
      try {
        await verify(token);
        return 'good';
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error;
        expect(error.cause).toBeInstanceOf(Error);
        return error.code;
      }
    },
  };
}

async function withKey(alg = 'ES256'): Promise<{ key: SigningKey; server: KeyServer } & ReturnType<typeof verifierOf>> {
  const key = await signingKey('first', alg);
  const server = await newKeyServer(key);
  return { key, server, ...verifierOf(server, server.url) };
}

describe('a token of the provider', () => {
  test.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('is valid if signed with %s', async (alg) => {
    const { key, verify } = await withKey(alg);
    const token = await key.sign();
    expect(isExternalToken(token)).toBe(true);
    const { iat, exp } = validClaims();
    const { issuedAt, expires, ...rest } = await verify(token);
    expect(rest).toEqual({ subject: 'milhouse', sessionKey: 'sid a session' });
    expect(expires - issuedAt).toBe(Number(exp) - Number(iat));
  });

  test('identifies the session by its sid, otherwise by the time of the sign-in, otherwise by itself', async () => {
    const { key, verify } = await withKey();
    const sessionKey = async (claims: Record<string, unknown>): Promise<string> =>
      (await verify(await key.sign(claims))).sessionKey;
    const { iat } = validClaims();
    expect(await sessionKey({ sid: 's', auth_time: 5, jti: 'j' })).toBe('sid s');
    expect(await sessionKey({ sid: undefined, auth_time: 5, jti: 'j' })).toBe('auth_time 5');
    expect(await sessionKey({ sid: undefined, jti: 'j' })).toBe('jti j');
    expect(await sessionKey({ sid: undefined, jti: undefined, iat })).toBe(`iat ${String(iat)}`);
  });

  test('may have any subject of 1 to 64 visible characters, several audiences, and no type', async () => {
    const { key, code, server } = await withKey();
    for (const sub of ['auth0|507f1f77bcf86cd799439011', 'a@b.example', 'x'.repeat(64), "';--"]) {
      expect(await code(await key.sign({ sub }))).toBe('good');
    }
    expect(await code(await key.sign({ aud: ['other', server.audience] }))).toBe('good');
    for (const typ of [undefined, 'JWT', 'application/at+jwt', 'AT+JWT']) {
      expect(await code(await key.sign({}, { typ }))).toBe('good');
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'https://id.example/' }],
    ['another audience', { aud: 'https://other.example' }],
    ['an audience that only begins like it', { aud: 'https://chat.example/api/more' }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['no time of issue', { iat: undefined }],
    ['no end', { exp: undefined }],
    ['an end that is no number', { exp: '9999999999' }],
    ['an empty subject', { sub: '' }],
    ['a subject that URL parsers remove', { sub: '..' }],
    ['65 characters of subject', { sub: 'x'.repeat(65) }],
    ['a space in the subject', { sub: 'mil house' }],
    ['a subject of lookalike letters', { sub: 'mаggie' }],
    ['a line break in the subject', { sub: 'maggie\n' }],
    ['a subject that is no text', { sub: ['maggie'] }],
    ['a session that is no text', { sid: 7 }],
    ['a session of 257 characters', { sid: 'x'.repeat(257) }],
    ['a sign-in that is no number', { sid: undefined, auth_time: 'now' }],
    ['an id that is no text', { sid: undefined, jti: {} }],
    ['a nonce', { nonce: 'n' }],
    ['the hash of an access token', { at_hash: 'h' }],
  ])('is rejected with %s', async (_name, claims) => {
    const { key, code } = await withKey();
    expect(await code(await key.sign(claims))).toBe('invalid_token');
  });

  test.each(['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'id_token', ''])('is rejected with the type %j', async (typ) => {
    const { key, code } = await withKey();
    expect(await code(await key.sign({}, { typ }))).toBe('invalid_token');
  });

  test('is valid until it expires, for a day at most, and may be issued by a clock that is 5 seconds ahead', async () => {
    const { key, code, verify, pass } = await withKey();
    const now = Math.floor(Date.now() / 1_000);
    expect(await code(await key.sign({ iat: now + 4 }))).toBe('good');
    expect(await code(await key.sign({ iat: now + 60 }))).toBe('invalid_token');
    expect(await code(await key.sign({ nbf: now + 4 }))).toBe('good');
    expect(await code(await key.sign({ nbf: now + 60 }))).toBe('invalid_token');
    expect(await code(await key.sign({ exp: now - 1 }))).toBe('token_expired');
    expect(await code(await key.sign({ exp: now - 60 }))).toBe('token_expired');
    const endless = await key.sign({ exp: 9e15 });
    expect((await verify(endless)).expires).toBeLessThanOrEqual(now + 86_401);
    pass(86_399_000);
    expect(await code(endless)).toBe('good');
    pass(3_000);
    expect(await code(endless)).toBe('token_expired');
  });

  test('is distinguished from tokens of the server by its algorithm', async () => {
    const key = await signingKey('first');
    const [, payload = '', signature = ''] = (await key.sign()).split('.');
    const withHeader = (header: unknown): string =>
      `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
    expect(isExternalToken(withHeader({ alg: 'RS256' }))).toBe(true);
    for (const header of [
      { alg: 'HS256' },
      { alg: 'none' },
      { alg: 'rs256' },
      { alg: ['RS256'] },
      {},
      null,
      'RS256',
      1,
    ]) {
      expect(isExternalToken(withHeader(header))).toBe(false);
    }
    for (const text of ['', '.', '..', 'x', `.${payload}.`, '🦉.🦉.🦉']) expect(isExternalToken(text)).toBe(false);
  });
});

describe('the keys of the provider', () => {
  test('are loaded once for any number of parallel tokens', async () => {
    const { key, code, server } = await withKey();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, jti) => key.sign({ jti: `${jti}` })));
    expect(new Set(await Promise.all(tokens.map(code)))).toEqual(new Set(['good']));
    expect(server.requests).toBe(1);
  });

  test('can be rotated at any time without a restart', async () => {
    const { key, code, server } = await withKey();
    expect(await code(await key.sign())).toBe('good');
    const next = await signingKey('next', 'RS256');
    server.keys = [next];
    expect(await code(await next.sign())).toBe('good');
    expect(await code(await key.sign())).toBe('invalid_token');
  });

  test('are requested at most three times in 90 seconds, even for many made-up key ids', async () => {
    const { key, code, server, pass } = await withKey();
    expect(await code(await key.sign())).toBe('good');
    for (let time = 0; time < 20; time++) {
      expect(await code(await key.sign({}, { kid: `made up ${time}` }))).toBe('invalid_token');
    }
    expect(server.requests).toBe(3);
    const next = await signingKey('next');
    server.keys = [key, next];
    expect(await code(await next.sign())).toBe('invalid_token');
    expect(await code(await key.sign())).toBe('good');
    pass(1.5 * minute);
    expect(await code(await next.sign())).toBe('good');
    expect(server.requests).toBe(4);
  });

  test('are rejected ten minutes after they were withdrawn', async () => {
    const { key, code, server, pass } = await withKey();
    const token = await key.sign({ exp: 9e9 });
    expect(await code(token)).toBe('good');
    server.keys = [await signingKey('next')];
    pass(9 * minute);
    expect(await code(token)).toBe('good');
    pass(minute);
    expect(await code(token)).toBe('invalid_token');
  });

  test('stay valid for a day while the provider is unreachable; unknown keys cause 503', async () => {
    const { key, code, server, pass } = await withKey();
    const token = await key.sign({ exp: 9e9 });
    expect(await code(token)).toBe('good');
    const next = await signingKey('next');
    server.keys = [key, next];
    await server.stop();
    expect(await code(await next.sign())).toBe('store_unavailable');
    pass(20 * minute);
    for (let time = 0; time < 10; time++) expect(await code(token)).toBe('good');
    expect(await code(await next.sign({ exp: 9e9 }))).toBe('store_unavailable');
    pass(23 * 60 * minute);
    expect(await code(token)).toBe('good');
    await server.start();
    pass(2 * minute);
    expect(await code(await next.sign({ exp: 9e9 }))).toBe('good');
    await server.stop();
    pass(24 * 60 * minute);
    const later = { iat: Math.floor(Date.now() / 1_000) + 47 * 60 * 60, exp: 9e9 };
    expect(await code(await key.sign(later))).toBe('store_unavailable');
  });

  test('cause 503 if the provider was never reachable', async () => {
    const { key, code, server } = await withKey();
    await server.stop();
    for (let time = 0; time < 5; time++) expect(await code(await key.sign())).toBe('store_unavailable');
    await server.start();
  });

  test.each<[string, RequestListener]>([
    ['never responds', () => undefined],
    [
      'sends one on',
      (_request, response) => {
        response.writeHead(302, { location: '/elsewhere' }).end();
      },
    ],
    [
      'sends an endless response',
      (_request, response) => {
        const more = (): void => {
          while (response.write(' '.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'talks of something else',
      (_request, response) => {
        response.end('<html>');
      },
    ],
  ])('cause 503 when the provider %s', async (_name, listener) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      listener(request, response);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    const { iss, aud } = validClaims();
    const { code } = verifierOf({ issuer: String(iss), audience: String(aud) }, url, 250);
    expect(await code(await (await signingKey('first')).sign())).toBe('store_unavailable');
    expect(asked).toEqual(['/keys']);
  });

  test('are selected by kid and algorithm: exactly one must match', async () => {
    const [one, other, nameless] = [
      await signingKey('one'),
      await signingKey('other'),
      await signingKey(undefined, 'RS256'),
    ];
    const server = await newKeyServer(one, other, nameless);
    const { code } = verifierOf(server, server.url);
    expect(await code(await nameless.sign())).toBe('good');
    expect(await code(await other.sign({}, { kid: 'one' }))).toBe('invalid_token');
    expect(await code(await one.sign({}, { kid: undefined }))).toBe('invalid_token');
  });
});
