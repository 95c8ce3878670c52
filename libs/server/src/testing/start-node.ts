import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Logger } from '@usher/realtime';
import { onTestFinished } from 'vitest';
import { createUsher } from '../create-usher.ts';
import type { UsherOptions } from '../options.ts';

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: object;
}

/** Authenticates `Bearer <user>` with the session `<user>-1`. */
export function byName({ headers }: IncomingMessage): { user: string; session: string } {
  const user = headers.authorization?.replace('Bearer ', '');
  if (user === undefined) throw Object.assign(new Error('no token'), { code: 'missing_token' });
  return { user, session: `${user}-1` };
}

/** Starts a node of `node:http` on a free port. It is closed when the test finishes. */
export async function startNode(options: Partial<UsherOptions> = {}) {
  const lines: LogLine[] = [];
  const logTo = (level: keyof Logger) => (fields: object, message: string) => lines.push({ level, message, fields });
  const log = { debug: logTo('debug'), info: logTo('info'), warn: logTo('warn'), error: logTo('error') };
  const server = createServer((_request, response) => response.writeHead(404).end());
  const defaults = { allowedOrigins: ['https://chat.example'], authenticate: byName, rooms: ['general'], log };
  const usher = await createUsher({ ...defaults, ...options });
  usher.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { usher, lines, close, port: (server.address() as AddressInfo).port };
}
