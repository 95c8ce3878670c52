import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { importJWK } from 'jose';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Browser, claimsOf } from '../testing/browser.ts';
import { validClaims, type KeyServer, newKeyServer, signingKey, type SigningKey } from '../testing/key-server.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';

/** A server that trusts a provider, two valid tokens, and an attacker without secrets and keys. */
let app: TestApp;
let provider: KeyServer;
let key: SigningKey;
/** A valid token of the provider for milhouse, and one of the server for its admin. */
let external: string;
let own: string;

const secret = 'a secret of thirty-two bytes or more';
const mallory = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeEach(async () => {
  key = await signingKey('first', 'RS256');
  provider = await newKeyServer(key);
  app = await newApp({ ...provider.settings, JWT_SECRET: secret });
  external = await key.sign();
  own = (await new Browser(app).signIn('admin')).token;
  expect([await resultOf(external), await resultOf(own)]).toEqual(['good', 'good']);
});

type Part = Readonly<Record<string, unknown>>;

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** The claims of both kinds of token, which an attacker may know. */
const bothClaims = (): readonly Part[] => [claimsOf(external), claimsOf(own)];

function hmac(header: unknown, claims: unknown, hmacKey: string | Buffer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', hmacKey).update(input).digest('base64url')}`;
}

function rsa(header: unknown, claims: unknown, privateKey: KeyObject = mallory.privateKey): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** The response of an API call and of a ticket request, which must be equal. */
async function resultOf(token: string): Promise<unknown> {
  const responses = [await app.call('GET', '/api/me', { token }), await app.call('GET', '/api/ws_ticket', { token })];
  const [one, other] = responses.map(({ status, json }) => (status === 200 ? 'good' : json?.['code']));
  expect(other).toBe(one);
  for (const { status, headers } of responses) {
    if (status === 401) expect(headers.get('www-authenticate')).toBe('Bearer');
  }
  return one;
}

async function refused(...tokens: readonly string[]): Promise<void> {
  for (const token of tokens) expect([token, await resultOf(token)]).toEqual([token, 'invalid_token']);
}

/** A server of the attacker that publishes their key. `requests` must stay empty. */
async function trap(): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const jwk = { ...mallory.publicKey.export({ format: 'jwk' }), kid: 'mallory', alg: 'RS256', use: 'sig' };
  const server = createServer(({ url = '' }, response) => {
    requests.push(url);
    response.end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, requests };
}

describe('a forged token', () => {
  test('is rejected without a signature, for all spellings of `none`', async () => {
    for (const claims of bothClaims()) {
      for (const alg of [
        'none',
        'None',
        'NONE',
        'nOnE',
        'none ',
        '',
        'null',
        null,
        undefined,
        false,
        0,
        ['none'],
        {},
      ]) {
        const input = `${encode({ alg, typ: 'at+jwt', kid: 'first' })}.${encode(claims)}`;
        await refused(`${input}.`, `${input}.AA`, input);
      }
    }
    const [header = '', claims = ''] = external.split('.');
    await refused(`${header}.${claims}.`, `${header}.${claims}`, `..`, `${header}..`);
  });

  test('is rejected if signed with HS256 and the public key of the provider as secret', async () => {
    const jwk = key.jwk;
    const publicKey = await importJWK(jwk, 'RS256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new TypeError('a public key is no secret');
    const der = Buffer.from(await crypto.subtle.exportKey('spki', publicKey));
    const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----`;
    const secrets = [
      der,
      pem,
      `${pem}\n`,
      JSON.stringify(jwk),
      JSON.stringify({ keys: [jwk] }),
      String(jwk.n),
      'first',
      '',
    ];
    for (const claims of bothClaims()) {
      for (const as of secrets) {
        for (const alg of ['HS256', 'HS384', 'RS256'])
          await refused(hmac({ alg, typ: 'at+jwt', kid: 'first' }, claims, as));
      }
    }
  });

  test('is rejected if signed with an unknown key, even with the id of a known key', async () => {
    for (const claims of bothClaims()) {
      for (const kid of ['first', 'mallory', undefined])
        await refused(rsa({ alg: 'RS256', typ: 'at+jwt', kid }, claims));
    }
  });

  test('is rejected with a signature of zeros (CVE-2022-21449)', async () => {
    const ec = await signingKey('ec', 'ES256');
    provider.keys = [key, ec];
    expect(await resultOf(await ec.sign())).toBe('good');
    const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'ec' })}.${encode(claimsOf(external))}`;
    await refused(...[64, 63, 1].map((bytes) => `${input}.${Buffer.alloc(bytes).toString('base64url')}`));
  });

  test('is rejected with changed claims under a valid signature', async () => {
    for (const token of [external, own]) {
      const [header = '', , signature = ''] = token.split('.');
      await refused(`${header}.${encode({ ...claimsOf(token), sub: 'maggie' })}.${signature}`);
    }
  });
});

describe('a token header', () => {
  test.each<[string, unknown]>([
    ['a path', '../../../../../../dev/null'],
    ['a path to the server’s own secret', '../jwt-secret'],
    ['SQL', "first' OR '1'='1"],
    ['a command', '$(touch /tmp/owned)|id'],
    ['a property of every object', '__proto__'],
    ['something long', 'x'.repeat(4_000)],
    ['a number', 1],
    ['an object', { toString: 'first' }],
    ['a list', ['first']],
    ['nothing', null],
  ])('cannot choose the key by %s', async (_name, kid) => {
    for (const claims of bothClaims()) {
      await refused(
        hmac({ alg: 'HS256', typ: 'at+jwt', kid }, claims, ''),
        rsa({ alg: 'RS256', typ: 'at+jwt', kid }, claims),
      );
    }
  });

  test.each(['jku', 'x5u', 'kid', 'iss'])('with a URL in `%s` causes no request', async (where) => {
    const { url, requests } = await trap();
    for (const claims of bothClaims()) {
      for (const header of [{ kid: 'mallory' }, { kid: 'first' }, {}]) {
        await refused(rsa({ alg: 'RS256', typ: 'at+jwt', ...header, [where]: url }, { ...claims, [where]: url }));
      }
    }
    expect(requests).toEqual([]);
  });

  test('cannot provide the key itself', async () => {
    const jwk = mallory.publicKey.export({ format: 'jwk' });
    const certificate = mallory.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    for (const claims of bothClaims()) {
      for (const header of [
        { jwk },
        { jwk, kid: 'first' },
        { x5c: [certificate] },
        { x5c: [certificate], kid: 'first' },
      ]) {
        await refused(rsa({ alg: 'RS256', typ: 'at+jwt', ...header }, claims));
      }
      const k = Buffer.from('secret').toString('base64url');
      await refused(hmac({ alg: 'HS256', typ: 'at+jwt', jwk: { kty: 'oct', k } }, claims, 'secret'));
    }
  });

  test('with key parameters does not affect a valid token', async () => {
    const { url, requests } = await trap();
    expect(await resultOf(await key.sign({}, { jku: url, x5u: url }))).toBe('good');
    expect(requests).toEqual([]);
    expect(provider.requests).toBe(1);
  });

  test('is rejected with a critical extension', async () => {
    for (const header of [{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { crit: [] }]) {
      await refused(rsa({ alg: 'RS256', typ: 'at+jwt', kid: 'first', ...header }, claimsOf(external)));
      await refused(hmac({ alg: 'HS256', typ: 'at+jwt', ...header }, { ...claimsOf(own), sub: 'maggie' }, 'secret'));
    }
  });
});

describe('a token', () => {
  test('is accepted by one verifier only: each has its own keys, issuer and audience', async () => {
    // The provider signs claims of the server, and vice versa.
    await refused(await key.sign(claimsOf(own)));
    await refused(await key.sign({ ...claimsOf(own), iss: provider.issuer }));
    await refused(hmac({ alg: 'HS256', typ: 'at+jwt', kid: 'first' }, claimsOf(external), secret));
    await refused(hmac({ alg: 'RS256', typ: 'at+jwt', kid: 'first' }, claimsOf(own), secret));
  });

  test('is rejected with another type', async () => {
    for (const typ of ['dpop+jwt', 'logout+jwt', 'id+jwt', 'JOSE', 'at+jwt ', 7, {}]) {
      await refused(await key.sign({}, { typ }));
      await refused(hmac({ alg: 'HS256', typ }, claimsOf(own), secret));
    }
    await refused(hmac({ alg: 'HS256', typ: 'JWT' }, claimsOf(own), secret));
  });

  test('is rejected for another audience or issuer, without expiry, and from the future', async () => {
    const future = Math.floor(Date.now() / 1_000) + 86_400;
    const wrong: readonly Part[] = [
      ...['another party', []].map((aud) => ({ aud })),
      ...[undefined, null, '9999999999'].map((exp) => ({ exp })),
      { iss: 'another party' },
      { nbf: future },
    ];
    for (const claims of wrong) {
      await refused(await key.sign(claims));
      await refused(hmac({ alg: 'HS256', typ: 'at+jwt' }, { ...claimsOf(own), ...claims }, secret));
    }
    await refused(await key.sign({ iat: future, exp: future + 600 }));
  });

  test('is not a ticket, and a ticket is not a token', async () => {
    for (const token of [external, own]) {
      const ticket = await app.ticket(token);
      await refused(ticket, `${ticket}.${ticket}.${ticket}`);
      const refusal = { status: 401, body: { title: 'Invalid ticket' } };
      expect(await app.dial(`?ticket=${token}`)).toMatchObject(refusal);
      expect(await app.dial('', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 401 });
    }
  });
});

describe('a request', () => {
  /** Sends headers unchanged, including duplicates. */
  async function send(...values: readonly string[]): Promise<{ status: number | undefined; body: string }> {
    const headers = values.flatMap((value) => ['authorization', value]);
    const outgoing = httpRequest(`${app.url}/api/me`, { headers: ['host', 'x', 'connection', 'close', ...headers] });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [Parameters<typeof text>[0] & { statusCode?: number }];
    return { status: response.statusCode, body: await text(response) };
  }

  test('with two tokens is rejected, in either order', async () => {
    expect((await send(`Bearer ${own}`)).status).toBe(200);
    for (const values of [
      [`Bearer ${own}`, `Bearer ${own}`],
      [`Bearer ${own}`, `Bearer ${external}`],
      [`Bearer ${external}`, 'Bearer x'],
      [`Bearer ${own}`, 'Basic eDp5'],
      [`Bearer ${own}, Bearer ${own}`],
      [`Bearer ${own} ${external}`],
    ]) {
      const { status, body } = await send(...values);
      expect([status, body]).toEqual([401, expect.stringContaining('invalid_token')]);
    }
  });

  test('with a huge token is rejected before the token is parsed', async () => {
    await refused(await key.sign({ padding: 'x'.repeat(7_000) }));
    await refused(hmac({ alg: 'HS256', typ: 'at+jwt' }, { ...claimsOf(own), padding: 'x'.repeat(7_000) }, secret));
    await refused('x'.repeat(12_000), '.'.repeat(12_000));
    expect(await send(`Bearer ${'x'.repeat(64 * 1024)}`)).toMatchObject({ status: 413 });
    expect(await resultOf(own)).toBe('good');
  });

  test('never writes its token to the log', async () => {
    const forged = [rsa({ alg: 'RS256', kid: 'first' }, validClaims()), hmac({ alg: 'HS256' }, validClaims(), 'x')];
    await refused(...forged);
    const log = app.log.join('');
    for (const token of [external, own, ...forged]) {
      for (const part of token.split('.').slice(1)) expect(log).not.toContain(part);
    }
  });
});
