import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem } from '@usher/protocol';
import { Deadlines } from './deadlines.ts';
import { problemHeaders } from './refusal.ts';

export interface RequestQueueOptions {
  /** Maximum number of pending requests per connection, including the one that is being handled. */
  readonly maxUnanswered: number;
  /** How long an upgrade waits for the responses to earlier requests, in milliseconds. After that, the connection is destroyed. */
  readonly waitMs: number;
}

interface Pipeline {
  /** The request that is being handled. */
  current: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  readonly waiting: (() => void)[];
  /** Requests that were ignored because they exceeded the limit. */
  ignored: number;
}

/** The connection of a client that ignores the limit by this factor is destroyed without a response. */
const abuseFactor = 8;

const rateLimited = { code: 'rate_limited', retryAfterMs: 1_000 } as const;

/**
 * Handles the requests of a connection one at a time. HTTP/1.1 lets a client send requests without waiting for responses
 * (pipelining, RFC 9112 §9.3.2), and Node emits each of them as soon as it is parsed. Without a limit, a client that never
 * reads could make the server hold an open file or a database page for each of its requests.
 *
 * A request above the limit receives 429 `rate_limited` after the responses to the earlier requests. Then the connection is closed.
 */
export class RequestQueue {
  readonly #maxUnanswered: number;
  readonly #pipelines = new WeakMap<Duplex, Pipeline>();
  readonly #deadlines: Deadlines<Duplex>;

  constructor({ maxUnanswered, waitMs }: RequestQueueOptions) {
    this.#maxUnanswered = maxUnanswered;
    this.#deadlines = new Deadlines(waitMs, (socket) => {
      socket.destroy();
    });
  }

  /** Calls `handle` after the responses to all earlier requests of the connection. Does not call it if the connection closes before that. */
  add(request: IncomingMessage, response: ServerResponse, handle: () => void): void {
    const { socket } = request;
    let pipeline = this.#pipelines.get(socket);
    if (pipeline === undefined) {
      pipeline = { current: undefined, waiting: [], ignored: 0 };
      this.#pipelines.set(socket, pipeline);
    }
    const { current, waiting } = pipeline;
    if (current === undefined) {
      this.#start(socket, pipeline, request, response, handle);
    } else if (waiting.length + 1 < this.#maxUnanswered && pipeline.ignored === 0) {
      const later = pipeline;
      // Without this, the handler would inherit the async context of the previous request.
      const resume = AsyncResource.bind(() => {
        this.#start(socket, later, request, response, handle);
      });
      waiting.push(resume);
    } else {
      pipeline.ignored += 1;
      if (pipeline.ignored === 1) refuse(response);
      if (pipeline.ignored > this.#maxUnanswered * abuseFactor) socket.destroy();
    }
  }

  /**
   * Calls `handle` after the responses to all requests of the connection, or immediately if none is pending. Destroys the connection if
   * that takes longer than `waitMs`. Does not call `handle` if the connection closes before that.
   */
  afterResponses(socket: Duplex, handle: () => void): void {
    const pipeline = this.#pipelines.get(socket);
    if (pipeline?.current === undefined) {
      handle();
      return;
    }
    // Node removes its own `error` and `drain` listeners from the socket before it emits `upgrade`.
    const ignore = (): void => undefined;
    const drained = (): void => {
      pipeline.current?.response.emit('drain');
    };
    socket.on('error', ignore).on('drain', drained);
    this.#deadlines.begin(socket);
    // The 429 response closes the connection.
    if (pipeline.ignored > 0) return;
    pipeline.waiting.push(
      AsyncResource.bind(() => {
        this.#deadlines.end(socket);
        socket.off('error', ignore).off('drain', drained);
        handle();
      }),
    );
  }

  /** Whether a request of the connection was received completely and has no response yet. */
  isHandling(socket: Duplex): boolean {
    return this.#pipelines.get(socket)?.current?.request.complete === true;
  }

  #start(
    socket: Duplex,
    pipeline: Pipeline,
    request: IncomingMessage,
    response: ServerResponse,
    handle: () => void,
  ): void {
    pipeline.current = { request, response };
    // Emitted after `finish` and when the connection ends, whichever comes first.
    response.once('close', () => {
      pipeline.current = undefined;
      if (socket.destroyed || !socket.writable) {
        pipeline.waiting.length = 0;
        this.#deadlines.end(socket);
      } else {
        pipeline.waiting.shift()?.();
      }
    });
    handle();
  }
}

/** Node sends the response after the earlier ones and then closes the connection. */
function refuse(response: ServerResponse): void {
  const { code, retryAfterMs } = rateLimited;
  const body = JSON.stringify(problem(code, retryAfterMs));
  response
    .writeHead(429, {
      ...problemHeaders(429, retryAfterMs),
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    })
    .end(body);
}
