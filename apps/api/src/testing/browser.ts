import type { ApiResponse, CallOptions, TestApp } from './new-app.ts';

/** A browser: stores the refresh cookie, sends it to its path, and keeps the access token in memory. */
export class Browser {
  readonly #app: Pick<TestApp, 'call'>;
  readonly #headers: Readonly<Record<string, string>>;
  /** The `Cookie` header, `name=value`. `undefined` if there is none. */
  cookie: string | undefined;
  /** The last `Set-Cookie` header. */
  setCookie = '';
  token = '';

  constructor(app: Pick<TestApp, 'call'>, headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<ApiResponse> {
    const cookie = path.startsWith('/api/auth') && this.cookie !== undefined ? { cookie: this.cookie } : {};
    const response = await this.#app.call(method, path, {
      ...options,
      headers: { ...this.#headers, ...cookie, ...options.headers },
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) {
      this.setCookie = set;
      const [pair = ''] = set.split(';');
      this.cookie = /max-age=0/i.test(set) ? undefined : pair;
    }
    return response;
  }

  async signIn(user: string, pwd = 'secret'): Promise<this> {
    const { status, json } = await this.call('POST', '/api/auth', { body: { user, pwd } });
    if (status !== 200) throw new Error(`${user} could not sign in: ${status}`);
    this.token = String(json?.['token']);
    return this;
  }

  /** Refreshes and stores the new token. */
  async refresh(headers: Readonly<Record<string, string>> = {}): Promise<ApiResponse> {
    const response = await this.call('POST', '/api/auth/refresh', { headers });
    if (response.status === 200) this.token = String(response.json?.['token']);
    return response;
  }

  /** Sends a call with the current access token. */
  ask(method: string, path: string, body?: unknown): Promise<ApiResponse> {
    return this.call(method, path, { token: this.token, ...(body === undefined ? {} : { body }) });
  }

  get session(): string {
    return String(claimsOf(this.token)['sid']);
  }
}

export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
