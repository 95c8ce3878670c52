import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { inject, onTestFinished } from 'vitest';
import { type AppOptions, buildApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';
import { isLoopbackUrl } from '../config/origins.ts';
import { databaseFile } from '../database/sqlite.ts';
import type {} from './demo-database.ts';
import { requireDocumented } from './documented-responses.ts';
import { tempFolder } from './per-test.ts';
import { dial, type DialOptions, type Refusal, TestSocket } from './test-socket.ts';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON body. `undefined` if there is none. */
  readonly json: Record<string, unknown> | undefined;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The real app on a free port. */
export interface TestApp {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly dataDir: string;
  /** All log lines so far. */
  readonly log: readonly string[];
  /** Calls the API. Throws if the OpenAPI document of the app does not contain the response. */
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<ApiResponse>;
  /** Signs in a demo user. Resolves to the access token. */
  readonly signIn: (user?: string, pwd?: string) => Promise<string>;
  readonly ticket: (token: string) => Promise<string>;
  /** Attempts a handshake with the given query. */
  readonly dial: (query: string, options?: DialOptions) => Promise<TestSocket | Refusal>;
  /** Connects a demo user and takes the `welcome` frame. Signs in first if no token is given. */
  readonly connect: (user: string, token?: string) => Promise<TestSocket>;
}

/** Settings with which the demo database is not used. */
const ownDataSettings = ['DATABASE_URL', 'DATA_DIR', 'DEMO_USERS', 'ADMIN_USER'];

/**
 * Starts the app on 127.0.0.1, port 0, with the demo users. Defaults to a temporary `DATA_DIR`. The app is closed after the test.
 */
export async function newApp(
  env: Readonly<Record<string, string>> = {},
  webRoot = '/nowhere',
  options: Omit<AppOptions, 'logStream'> = {},
): Promise<TestApp> {
  const dataDir = env['DATA_DIR'] ?? tempFolder();
  const isPublic = env['PUBLIC_URL'] !== undefined && !isLoopbackUrl(env['PUBLIC_URL']);
  if (!ownDataSettings.some((name) => name in env)) {
    const file = join(dataDir, databaseFile);
    copyFileSync(join(inject('demoDatabase'), databaseFile), file);
    // A public server rejects demo passwords, so they are marked as chosen by the users.
    if (isPublic) execute(file, 'UPDATE users SET demo_password = 0');
  }
  const log: string[] = [];
  const logStream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const defaults = { PORT: '0', DEMO_USERS: String(!isPublic), SIGN_UP: 'open', DRAIN_SECONDS: '1' };
  const settings = { ...defaults, DATA_DIR: dataDir, ...env };
  const app = await buildApp(loadConfig(settings, webRoot), { ...options, logStream });
  onTestFinished(async () => {
    await app.close();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { call, ...rest } = client(url);
  const documentedCall: TestApp['call'] = async (method, path, options) => {
    const response = await call(method, path, options);
    requireDocumented(app, { method, path, ...response });
    return response;
  };
  return { app, dataDir, log, call: documentedCall, ...rest };
}

function execute(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(statement);
  } finally {
    database.close();
  }
}

/** A client for a server in this or another process. */
export function client(url: string): Omit<TestApp, 'app' | 'dataDir' | 'log'> {
  async function call(method: string, path: string, options: CallOptions = {}): Promise<ApiResponse> {
    const headers = new Headers(options.headers);
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
    const { body } = options;
    const raw = typeof body === 'string';
    if (body !== undefined && !raw) headers.set('content-type', 'application/json');
    const init = body === undefined ? {} : { body: raw ? body : JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, headers, redirect: 'manual', ...init });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  async function signIn(user = 'maggie', pwd = 'secret'): Promise<string> {
    const { status, json } = await call('POST', '/api/auth', { body: { user, pwd } });
    if (status !== 200) throw new Error(`${user} could not sign in: ${status}`);
    return String(json?.['token']);
  }

  async function ticket(token: string): Promise<string> {
    const { status, json } = await call('GET', '/api/ws_ticket', { token });
    if (status !== 200) throw new Error(`no ticket: ${status} ${String(json?.['code'])}`);
    return String(json?.['ticket']);
  }

  const openSocket = (query: string, options?: DialOptions): Promise<TestSocket | Refusal> =>
    dial(`${url.replace(/^http/, 'ws')}/api/ws${query}`, options);

  return {
    url,
    call,
    signIn,
    ticket,
    dial: openSocket,
    connect: async (user, token) => {
      const socket = await openSocket(`?ticket=${await ticket(token ?? (await signIn(user)))}`);
      if (!(socket instanceof TestSocket)) throw new Error(`${user} was refused: ${socket.status}`);
      await socket.next('welcome');
      return socket;
    },
  };
}
