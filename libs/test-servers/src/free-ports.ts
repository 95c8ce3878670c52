import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to clients and to servers that listen on port 0, so that neither takes them meanwhile. */
const [from, to] = [10_000, 32_000];

/** Finds free TCP ports on 127.0.0.1, for servers that cannot listen on port 0. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = from + Math.floor(Math.random() * (to - from));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
