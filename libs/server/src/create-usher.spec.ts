import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createUsher } from './index.ts';
import { ownsUpgradesContract } from './testing.ts';

ownsUpgradesContract('node:http', async ({ authenticateBy, ...options }) => {
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/plain') response.end('plain');
      else if (request.url === '/echo') response.end(await text(request));
      else response.writeHead(404).end();
    })();
  });
  const usher = await createUsher({ ...options, authenticate: ({ headers }) => authenticateBy(headers) });
  usher.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    usher,
    async close() {
      await usher.close();
      server.closeAllConnections();
      server.close();
    },
  };
});
