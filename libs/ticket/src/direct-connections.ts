import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import { Deadlines } from './deadlines.ts';
import { pathOf } from './handshake.ts';
import { type HttpAnswer, writeAnswer } from './http-answer.ts';
import { readHead, type RequestHead, toRequest } from './request-head.ts';

/** What a server does with the requests that are read without `node:http`. */
export interface DirectRequests {
  /** The path of the WebSocket endpoint. */
  readonly endpoint: string;
  /** The path of the ticket call, and how it is answered. Absent if it is a route of a framework. */
  readonly ticketCall?: {
    readonly path: string;
    /** Calls `send` once. Never rejects. */
    readonly answer: (request: IncomingMessage, send: (answer: HttpAnswer) => void) => Promise<void>;
  };
  /** Whether the server refuses further handshakes. Connections are then closed after their answer. */
  readonly isDraining: () => boolean;
  /** Called with a request for a WebSocket, whose other headers have not been checked. The receiver owns the socket. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/**
 * How long a connection may stay without data before `node:http` takes it over, in milliseconds. The time limits of the server apply from
 * then on.
 */
const firstDataMs = 1_000;

/** `silent`: no data has arrived. `answering`: a ticket call is being answered. `idle`: all ticket calls have been answered. */
type Phase = 'silent' | 'answering' | 'idle';

/** The listener with which every `http.Server` starts to read a connection. */
const [readConnection] = createServer().listeners('connection');

const answering = new WeakSet<object>();

/**
 * Returns whether a ticket call is being answered on this connection without `node:http`, whose own request and response do not exist then.
 * A server that closes its idle connections must wait for the answer.
 */
export function isAnsweringTicketCall(socket: object): boolean {
  return answering.has(socket);
}

/**
 * Reads requests from the TCP sockets of a server. A handshake for the endpoint and ticket calls are handled without `node:http`, whose
 * parser, request and response objects take a third of the CPU time of a connect. With the first request of a connection that is neither, or
 * that `readHead` does not read, `node:http` takes the connection over, as if this class did not exist.
 */
export class DirectConnections {
  readonly #server: Server;
  readonly #requests: DirectRequests;
  readonly #phases = new Map<Socket, Phase>();
  readonly #silent: Deadlines<Socket>;
  // Shared by all connections: a closure per connection would cost time and memory.
  readonly #onReadable: (this: Socket) => void;
  readonly #onTimeout: (this: Socket) => void;
  readonly #onClose: (this: Socket) => void;

  /** @param server its own listener for connections is removed, and its methods that close connections include those of this class. */
  constructor(server: Server, requests: DirectRequests) {
    this.#server = server;
    this.#requests = requests;
    const read = (socket: Socket): void => {
      this.#read(socket);
    };
    const forget = (socket: Socket): void => {
      this.#phases.delete(socket);
      this.#silent.end(socket);
    };
    this.#onReadable = function onReadable(this: Socket): void {
      read(this);
    };
    const expire = (socket: Socket): void => {
      if (this.#phases.get(socket) === 'idle') socket.destroy();
    };
    this.#onTimeout = function onTimeout(this: Socket): void {
      expire(this);
    };
    this.#onClose = function onClose(this: Socket): void {
      forget(this);
    };
    this.#silent = new Deadlines(firstDataMs, (socket) => {
      // Node stops its own timers for silent connections when the server closes.
      if (server.listening) this.#handOver(socket);
      else socket.destroy();
    });
    if (readConnection !== undefined) server.off('connection', readConnection as (socket: Socket) => void);
    const closeIdleConnections = server.closeIdleConnections.bind(server);
    const closeAllConnections = server.closeAllConnections.bind(server);
    server.closeIdleConnections = () => {
      closeIdleConnections();
      this.#destroy((phase) => phase === 'idle');
    };
    server.closeAllConnections = () => {
      closeAllConnections();
      this.#destroy(() => true);
    };
  }

  /** Reads a new connection of the server. */
  accept(socket: unknown): void {
    if (!isPlainConnection(socket) || (this.#server.maxRequestsPerSocket ?? 0) > 0) {
      this.#readWithNode(socket);
      return;
    }
    if (socket.destroyed) return;
    this.#phases.set(socket, 'silent');
    this.#silent.begin(socket);
    socket.on('error', ignore).on('end', end).on('timeout', this.#onTimeout);
    socket.on('close', this.#onClose).on('readable', this.#onReadable);
  }

  #read(socket: Socket): void {
    const phase = this.#phases.get(socket);
    // The data stays in the buffer of the socket until the call is answered.
    if (phase === undefined || phase === 'answering') return;
    const chunk = socket.read() as Buffer | null;
    // The `end` event follows.
    if (chunk === null) return;
    if (phase === 'silent') this.#silent.end(socket);
    // A client that does not read its answers could otherwise let them pile up. Behind `node:http`, the request queue limits them.
    const head = socket.writableLength > 0 ? undefined : readHead(chunk);
    if (head !== undefined && this.#takes(head, socket, chunk)) return;
    socket.unshift(chunk);
    this.#handOver(socket);
  }

  /** Returns whether it handles the request. */
  #takes(head: RequestHead, socket: Socket, chunk: Buffer): boolean {
    const { endpoint, ticketCall } = this.#requests;
    const path = pathOf(head.url);
    const connection = head.headers['connection']?.toLowerCase();
    const upgrade = head.headers['upgrade'];
    if (path === endpoint && upgrade?.toLowerCase() === 'websocket') {
      if (connection?.split(',').some((token) => token.trim() === 'upgrade') !== true) return false;
      this.#release(socket);
      this.#requests.upgrade(toRequest(head, socket), socket, chunk.subarray(head.bytes));
      return true;
    }
    if (ticketCall === undefined || path !== ticketCall.path) return false;
    if (upgrade !== undefined || chunk.length > head.bytes) return false;
    if (connection !== undefined && connection !== 'keep-alive' && connection !== 'close') return false;
    this.#phases.set(socket, 'answering');
    answering.add(socket);
    void ticketCall.answer(toRequest(head, socket), (answer) => {
      answering.delete(socket);
      this.#send(socket, answer, connection === 'close');
    });
    return true;
  }

  #send(socket: Socket, answer: HttpAnswer, isLast: boolean): void {
    if (socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    const { listening, keepAliveTimeout } = this.#server;
    if (isLast || !listening || this.#requests.isDraining()) {
      this.#release(socket);
      writeAnswer(socket, answer, undefined);
      // Data that still arrives is discarded. Otherwise the operating system would answer it with a reset.
      socket.on('error', ignore).resume().destroySoon();
      return;
    }
    writeAnswer(socket, answer, keepAliveTimeout);
    this.#phases.set(socket, 'idle');
    socket.setTimeout(keepAliveTimeout);
    // Data and the end of the connection that arrived meanwhile.
    this.#read(socket);
  }

  /** Lets `node:http` read a connection, including the data in its buffer. */
  #handOver(socket: Socket): void {
    this.#release(socket);
    this.#readWithNode(socket);
  }

  /** Ends the responsibility for a connection. */
  #release(socket: Socket): void {
    this.#phases.delete(socket);
    if (socket.timeout !== undefined) socket.setTimeout(0);
    socket.off('error', ignore).off('end', end).off('timeout', this.#onTimeout);
    socket.off('close', this.#onClose).off('readable', this.#onReadable);
  }

  #readWithNode(socket: unknown): void {
    readConnection?.call(this.#server, socket);
  }

  #destroy(applies: (phase: Phase) => boolean): void {
    for (const [socket, phase] of this.#phases) if (applies(phase)) socket.destroy();
  }
}

/** Whether a connection comes from the network, is not encrypted, and no data has been read from it. */
function isPlainConnection(socket: unknown): socket is Socket {
  return socket instanceof Socket && !('encrypted' in socket) && !socket.isPaused() && socket.readableLength === 0;
}

function ignore(): void {
  // The `close` event follows and is handled.
}

/** The client sends nothing more, so it waits for no answer. */
function end(this: Socket): void {
  this.destroy();
}
