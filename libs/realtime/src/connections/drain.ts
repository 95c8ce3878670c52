import type { ServerConnection } from './server-connection.ts';

/** Milliseconds between two steps of a drain. */
const stepMs = 50;

/**
 * Calls `close` with every item, spread evenly over `durationMs` milliseconds (all at once for 0). Resolves after the last call.
 * Each step closes what is due by the clock, so late timers do not prolong the drain.
 */
export async function spread<T>(items: readonly T[], durationMs: number, close: (item: T) => void): Promise<void> {
  const start = performance.now();
  for (let done = 0; done < items.length;) {
    const elapsedMs = performance.now() - start;
    const share = durationMs > 0 ? Math.min(1, (elapsedMs + stepMs) / durationMs) : 1;
    const due = Math.ceil(items.length * share);
    for (const item of items.slice(done, due)) close(item);
    done = due;
    if (done >= items.length) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, stepMs);
    });
  }
}

/** Connections that this side closed and whose socket is still open. */
export class ClosingConnections {
  readonly #connections = new Set<ServerConnection>();
  #waiting: (() => void)[] = [];
  /** The number of sockets that this side closed and that ended without a complete closing handshake. */
  unfinished = 0;

  add(connection: ServerConnection): void {
    this.#connections.add(connection);
  }

  /** The socket has closed. */
  delete(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when the last socket has closed. */
  async empty(): Promise<void> {
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  list(): ServerConnection[] {
    return [...this.#connections];
  }
}
