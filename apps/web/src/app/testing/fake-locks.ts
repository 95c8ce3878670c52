interface Request {
  readonly take: () => unknown;
  readonly signal: AbortSignal | undefined;
}

/**
 * The Web Locks of one browser, as far as the app uses them: exclusive and shared requests in order, with abort signals. jsdom has none.
 */
export class FakeLocks {
  readonly #held = new Set<string>();
  readonly #queues = new Map<string, Request[]>();

  async request(name: string, ...rest: [() => unknown] | [{ signal?: AbortSignal }, () => unknown]): Promise<unknown> {
    const take = rest.length === 1 ? rest[0] : rest[1];
    const signal = rest.length === 1 ? undefined : rest[0].signal;
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const request = {
        signal,
        take: () => {
          Promise.resolve(take())
            .then(resolve, reject)
            .finally(() => {
              this.#held.delete(name);
              this.#next(name);
            });
        },
      };
      queue.push(request);
      signal?.addEventListener('abort', () => {
        if (!queue.includes(request)) return;
        queue.splice(queue.indexOf(request), 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
      this.#next(name);
    });
  }

  /** Another tab holds the lock until it is released. */
  hold(name: string): { release: () => void } {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    void this.request(name, () => promise);
    return {
      release: () => {
        resolve(undefined);
      },
    };
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return Promise.resolve({ held: [...this.#held].map((name) => ({ name })) });
  }

  waiting(name: string): number {
    return this.#queues.get(name)?.length ?? 0;
  }

  #next(name: string): void {
    if (this.#held.has(name)) return;
    const request = this.#queues.get(name)?.shift();
    if (request === undefined) return;
    this.#held.add(name);
    request.take();
  }
}
