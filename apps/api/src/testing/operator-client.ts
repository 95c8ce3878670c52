import { Browser } from './browser.ts';
import type { ApiResponse, TestApp } from './new-app.ts';
import { TestSocket } from './test-socket.ts';

/** The demo user `admin`, signed in. */
export interface OperatorClient {
  readonly token: string;
  /** Resolves to the body of `GET /api/admin/<path>`. Rejects unless the status is 200. */
  readonly read: (path: string) => Promise<Record<string, unknown>>;
  readonly ask: (method: string, path: string, body?: unknown) => Promise<ApiResponse>;
  /** Opens a socket of the operator protocol and takes the `welcome` frame. */
  readonly connect: () => Promise<TestSocket>;
}

export const operatorProtocolName = 'usher.operator.v1';

export async function newOperator(app: Pick<TestApp, 'call' | 'ticket' | 'dial'>): Promise<OperatorClient> {
  const admin = await new Browser(app).signIn('admin');
  const ask = (method: string, path: string, body?: unknown) => admin.ask(method, `/api/admin/${path}`, body);
  return {
    token: admin.token,
    ask,
    async read(path) {
      const { status, json = {} } = await ask('GET', path);
      if (status !== 200) throw new Error(`${path} returned ${status} ${JSON.stringify(json)}`);
      return json;
    },
    async connect() {
      const socket = await app.dial(`?ticket=${await app.ticket(admin.token)}`, { protocols: [operatorProtocolName] });
      if (!(socket instanceof TestSocket)) throw new Error(`refused: ${socket.status}`);
      await socket.next('welcome');
      return socket;
    },
  };
}
