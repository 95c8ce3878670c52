import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';

/** A real, certified OpenID provider on loopback. */
export interface OpenIdProvider {
  /** The settings for a server that trusts this provider. */
  readonly settings: Readonly<Record<string, string>>;
  /** Creates a browser that is not signed in. */
  browser(): ProviderBrowser;
  /** Signs with a new key from now on. Tokens of the old key stay valid. */
  rotate(): Promise<void>;
  /** Stops listening. */
  stop(): Promise<void>;
}

/** A browser with the cookies of the provider. */
export interface ProviderBrowser {
  /**
   * Signs in at the provider with the authorization code flow and PKCE (RFC 6749 §4.1, RFC 7636). Reuses an existing session of the
   * provider. Resolves to an access token for this server (RFC 8707) and an ID token.
   */
  signIn(login: string): Promise<{ readonly access: string; readonly id: string }>;
}

const audience = 'urn:example:chat';
const client = { id: 'page', redirect: 'https://page.example/callback' };

async function privateKey(): Promise<JWK> {
  const { privateKey: key } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(key)), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' };
}

/** Starts the provider on 127.0.0.1, port 0. Stopped after the test. */
export async function newOpenIdProvider(): Promise<OpenIdProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => stop(server));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = [await privateKey()];

  function open(): void {
    const provider = new Provider(issuer, configuration(keys));
    const callback = provider.callback();
    handle = async (request, response) => {
      if (request.url?.startsWith('/interaction/') === true) await interact(provider, request, response);
      else await callback(request, response);
    };
  }
  open();

  return {
    settings: { JWKS_URL: `${issuer}/jwks`, JWT_ISSUER: issuer, JWT_AUDIENCE: audience },
    browser: () => browserAt(issuer),
    async rotate() {
      keys.unshift(await privateKey());
      open();
    },
    stop: () => stop(server),
  };
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function configuration(keys: readonly JWK[]): ConstructorParameters<typeof Provider>[1] {
  return {
    jwks: { keys: [...keys] as never },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    clients: [
      {
        client_id: client.id,
        redirect_uris: [client.redirect],
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    extraTokenClaims: (_context, token) => ('sessionUid' in token ? { sid: token.sessionUid } : {}),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'chat',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3_600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, Session: 3_600, Interaction: 600, Grant: 3_600, IdToken: 3_600 },
  };
}

/** The login and consent pages of the provider: accept any name and always consent. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const login = new URL(request.url ?? '', provider.issuer).searchParams.get('login');
    if (login === null) {
      response.end('login required');
      return;
    }
    await provider.interactionFinished(request, response, { login: { accountId: login } });
    return;
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope('openid');
  grant.addResourceScope(audience, 'chat');
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

function browserAt(issuer: string): ProviderBrowser {
  const cookies = new Map<string, string>();

  /** Requests a URL with cookies and without following redirects. */
  async function go(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects until the provider returns the code. */
  async function codeFor(start: URL, login: string): Promise<string> {
    let url = start;
    for (let step = 0; step < 12; step++) {
      const response = await go(url);
      const location = response.headers.get('location');
      if (location === null) {
        if (response.status !== 200)
          throw new Error(`the provider returned ${response.status}: ${await response.text()}`);
        url.searchParams.set('login', login);
        continue;
      }
      url = new URL(location, issuer);
      const code = url.href.startsWith(client.redirect) ? url.searchParams.get('code') : null;
      if (code !== null) return code;
    }
    throw new Error('the provider returned no code');
  }

  return {
    async signIn(login) {
      const verifier = randomBytes(32).toString('base64url');
      const start = new URL('/auth', issuer);
      start.search = new URLSearchParams({
        client_id: client.id,
        redirect_uri: client.redirect,
        response_type: 'code',
        scope: 'openid chat',
        resource: audience,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString();
      const body = new URLSearchParams({
        client_id: client.id,
        redirect_uri: client.redirect,
        grant_type: 'authorization_code',
        code: await codeFor(start, login),
        code_verifier: verifier,
        resource: audience,
      });
      const response = await fetch(new URL('/token', issuer), { method: 'POST', body });
      const tokens = (await response.json()) as { access_token?: string; id_token?: string };
      if (tokens.access_token === undefined || tokens.id_token === undefined) {
        throw new Error(`the provider returned no tokens: ${JSON.stringify(tokens)}`);
      }
      return { access: tokens.access_token, id: tokens.id_token };
    },
  };
}
