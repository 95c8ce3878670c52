import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createUsher, type UsherOptions } from '@usher/server';
import { onTestFinished } from 'vitest';

export const token = 'token-of-maggie-that-no-message-may-contain';
export const pageOrigin = 'https://chat.example';

/** Starts a server of Usher on a free port, which accepts `token`. It is closed when the test finishes. Resolves to the port. */
export async function startServer(options: Partial<UsherOptions> = {}): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const usher = await createUsher({
    allowedOrigins: [pageOrigin],
    rooms: ['general'],
    authenticate: ({ headers: { authorization } }) => {
      if (authorization === `Bearer ${token}`) return { user: 'maggie', session: 'maggie-1' };
      const code = authorization === undefined ? 'missing_token' : 'invalid_token';
      throw Object.assign(new Error(code), { code });
    },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...options,
  });
  usher.attach(server);
  onTestFinished(async () => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

const ignore = (): void => undefined;

/** Resolves to the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
