import { join } from 'node:path';
import { connectionLimit } from '../load/meter.ts';
import { type Child, startChild } from '../process.ts';
import type { RunningServer } from '../server.ts';
import type { ConnectionsReply, ConnectionsRequest } from './connections-main.ts';

/** The share of its open files that the server uses for WebSockets (`ConnectionLimits`). */
const webSocketShare = 0.9;
const timeoutMs = 600_000;

/** Connections to all nodes, with a process per node, because a process may not open enough files for all of them. */
export class HeldConnections {
  readonly count: number;
  readonly #processes: readonly Child[];

  private constructor(count: number, processes: readonly Child[]) {
    this.count = count;
    this.#processes = processes;
  }

  /**
   * Opens connections, distributed evenly over all nodes. If the system permits fewer, opens as many as possible.
   *
   * @param progress receives the reason if fewer are opened
   * @throws Error if one cannot be opened
   */
  static async open(
    nodes: readonly RunningServer[],
    tokens: readonly string[],
    count: number,
    progress: (text: string) => void,
  ): Promise<HeldConnections> {
    const processes = await Promise.all(
      nodes.map(() =>
        startChild(process.execPath, ['--conditions=@usher/source', join(import.meta.dirname, 'connections-main.ts')], {
          name: 'the process of the connections',
        }),
      ),
    );
    const opened = await Promise.all(
      nodes.map(async ({ url, pid }, index) => {
        const child = processes[index];
        if (child === undefined) throw new RangeError(`there is no process ${index}`);
        const limit = connectionLimit(pid, child.pid);
        const wanted = share(count, nodes.length, index);
        const open = Math.min(wanted, Math.floor(limit.connections * webSocketShare));
        if (open < wanted) progress(`${open} connections to a node instead of ${wanted}: ${limit.reason}`);
        const own = tokens.filter((_, token) => token % nodes.length === index);
        return ask(child, { port: Number(new URL(url).port), pid, tokens: own, open });
      }),
    );
    return new HeldConnections(
      opened.reduce((sum, each) => sum + each, 0),
      processes,
    );
  }

  /** @throws Error if a connection was lost */
  async requireAll(): Promise<void> {
    const none = { port: 0, pid: 0, tokens: [], open: 0 };
    const open = await Promise.all(this.#processes.map((child) => ask(child, none)));
    if (open.reduce((sum, each) => sum + each, 0) !== this.count) throw new Error('a connection was lost');
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((child) => child.end()));
  }
}

/** Resolves to the number of connections that the process holds. */
async function ask(child: Child, request: ConnectionsRequest): Promise<number> {
  const reply = (await child.ask(request, timeoutMs)) as ConnectionsReply;
  if (!reply.ok) throw new Error(reply.reason);
  return reply.open;
}

/** The share of a part, if `count` is distributed to `parts`. */
export function share(count: number, parts: number, index: number): number {
  return Math.floor(count / parts) + (index < count % parts ? 1 : 0);
}
