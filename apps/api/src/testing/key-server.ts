import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

/** A signing key with its published public key. */
export interface SigningKey {
  readonly jwk: JWK;
  /** Signs a token. `header` and `claims` override the valid defaults. `undefined` removes a field. */
  sign(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The key endpoint of an identity provider, on loopback. */
export interface KeyServer {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** The settings for a server that trusts this provider. */
  readonly settings: Readonly<Record<string, string>>;
  /** The published keys. Can be changed. */
  keys: readonly SigningKey[];
  /** Number of requests. */
  readonly requests: number;
  /** Stops listening. */
  stop(): Promise<void>;
  /** Listens at the same address again. */
  start(): Promise<void>;
}

export async function signingKey(kid: string | undefined, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid === undefined ? {} : { kid }) };
  return {
    jwk,
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...validClaims(), ...claims })
        .setProtectedHeader({ alg, typ: 'at+jwt', ...(kid === undefined ? {} : { kid }), ...header })
        .sign(privateKey),
  };
}

const issuer = 'https://id.example';
const audience = 'https://chat.example/api';

/** The claims of a valid token that is issued now. */
export function validClaims(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1_000);
  return { iss: issuer, aud: audience, sub: 'milhouse', sid: 'a session', jti: 'a token', iat, exp: iat + 600 };
}

/** Starts a key server on 127.0.0.1, port 0. Stopped after the test. */
export async function newKeyServer(...keys: readonly SigningKey[]): Promise<KeyServer> {
  let requests = 0;
  let server: Server | undefined;
  let port = 0;
  const keyServer = {
    get url() {
      return `http://127.0.0.1:${port}/keys`;
    },
    issuer,
    audience,
    get settings() {
      return { JWKS_URL: keyServer.url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
    },
    keys,
    get requests() {
      return requests;
    },
    async start() {
      server = createServer((_request, response) => {
        requests++;
        response.end(JSON.stringify({ keys: keyServer.keys.map(({ jwk }) => jwk) }));
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
    async stop() {
      const ending = server;
      if (ending === undefined) return;
      server = undefined;
      ending.closeAllConnections();
      ending.close();
      await once(ending, 'close');
    },
  };
  await keyServer.start();
  onTestFinished(() => keyServer.stop());
  return keyServer;
}
