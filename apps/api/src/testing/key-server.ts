import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

/** A key with its public half as it is published. */
export interface SigningKey {
  readonly jwk: JWK;
  /** A token of this key. `header` and `claims` come over what a good one has; `undefined` takes away. */
  sign(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The part of a provider that a server of APIs talks to: its keys, at a real address on this machine. */
export interface KeyServer {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** The settings of a server that trusts it. */
  readonly settings: Readonly<Record<string, string>>;
  /** What it publishes; change it at will. */
  keys: readonly SigningKey[];
  /** How often it was asked. */
  readonly requests: number;
  /** Goes away: nobody listens there any more. */
  stop(): Promise<void>;
  /** Comes back at the same address. */
  start(): Promise<void>;
}

export async function signingKey(kid: string | undefined, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid === undefined ? {} : { kid }) };
  return {
    jwk,
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...goodClaims(), ...claims })
        .setProtectedHeader({ alg, typ: 'at+jwt', ...(kid === undefined ? {} : { kid }), ...header })
        .sign(privateKey),
  };
}

const issuer = 'https://id.example';
const audience = 'https://chat.example/api';

/** The claims of a good token, issued now. */
export function goodClaims(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1_000);
  return { iss: issuer, aud: audience, sub: 'milhouse', sid: 'a session', jti: 'a token', iat, exp: iat + 600 };
}

/** Starts a key server on 127.0.0.1, port 0. It ends after the test. */
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
