import type { Protocol, ResponseSignal } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import { Frame } from './frame.ts';
import type { ServerConnection } from './server-connection.ts';

/** The maximum number of pending requests to one client. */
const maxPending = 100;

/** A request of the server failed. */
export class ServerRequestFailed extends Error {
  override readonly name = 'ServerRequestFailed';
  /**
   * - `timed_out`: no response in time. A client that does not know this kind of request never responds.
   * - `disconnected`: the connection closed before the response
   * - `bad_reply`: the reply does not match its schema
   * - `too_many_requests`: 100 requests to this client are pending
   * - any other code: chosen by the client; `unknown_type` if it has no handler, `internal` if its handler failed
   */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Pending {
  readonly name: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The pending requests to one client. Created with the first one. */
export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  get size(): number {
    return this.#pending.size;
  }

  add(pending: (request: number) => Pending): number {
    const request = ++this.#last;
    this.#pending.set(request, pending(request));
    return request;
  }

  take(request: number): Pending | undefined {
    const pending = this.#pending.get(request);
    if (pending === undefined) return undefined;
    this.#pending.delete(request);
    clearTimeout(pending.timer);
    return pending;
  }

  /** The connection has closed. */
  rejectAll(): void {
    for (const request of [...this.#pending.keys()]) {
      this.take(request)?.reject(new ServerRequestFailed('disconnected', 'the connection closed before the response'));
    }
  }
}

/** Sends requests to clients and receives their responses. */
export class ServerRequests {
  readonly #codec: Codec<Protocol>;
  readonly #timeoutMs: number;

  /** @param timeoutMs how long a request without its own limit waits for a response */
  constructor(codec: Codec<Protocol>, timeoutMs: number) {
    this.#codec = codec;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends a request and resolves to its reply. Rejects with `ServerRequestFailed`.
   *
   * @throws TypeError if the protocol has no such request
   */
  send(connection: ServerConnection, name: string, params: unknown, timeoutMs = this.#timeoutMs): Promise<unknown> {
    if (!Object.hasOwn(this.#codec.protocol.serverRequests ?? {}, name)) {
      throw new TypeError(`the protocol has no server request "${name}"`);
    }
    if (!connection.open) return failed('disconnected', 'the connection is closed');
    const pending = (connection.pendingRequests ??= new PendingRequests());
    if (pending.size >= maxPending) return failed('too_many_requests', 'too many unanswered requests to this client');
    return new Promise((resolve, reject) => {
      const request = pending.add((number) => {
        const timer = setTimeout(() => {
          pending.take(number)?.reject(new ServerRequestFailed('timed_out', 'no response in time'));
        }, timeoutMs).unref();
        return { name, timer, resolve, reject };
      });
      connection.send(new Frame(JSON.stringify({ type: 'request', request, name, params })));
    });
  }

  /** Handles a `response`. Ignores responses to requests that are not pending. */
  handleResponse(connection: ServerConnection, { request, data, code, message }: ResponseSignal): void {
    const pending = connection.pendingRequests?.take(request);
    if (pending === undefined) return;
    if (code !== undefined) {
      pending.reject(new ServerRequestFailed(code, message ?? code));
      return;
    }
    const reply = this.#codec.validateReply(pending.name as never, data);
    if (reply.error === undefined) pending.resolve(reply.value);
    else pending.reject(new ServerRequestFailed('bad_reply', reply.error));
  }
}

function failed(code: string, message: string): Promise<never> {
  return Promise.reject(new ServerRequestFailed(code, message));
}
