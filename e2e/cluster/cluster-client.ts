import { randomUUID } from 'node:crypto';
import type { ClusterNode } from './cluster-node.ts';

export interface ApiResponse {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A frame of the server. */
export interface Frame {
  readonly type: string;
  readonly id?: number;
  readonly [field: string]: unknown;
}

/** How long a call may take, in milliseconds. A suspended node never responds. */
const callMs = 15_000;

/** Calls the HTTP API of a node. Rejects if there is no response. */
export async function call(
  node: ClusterNode,
  method: string,
  path: string,
  {
    token,
    body,
    timeoutMs = callMs,
  }: { readonly token?: string; readonly body?: unknown; readonly timeoutMs?: number } = {},
): Promise<ApiResponse> {
  const response = await fetch(`${node.url}/api${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as ApiResponse['json'] };
}

/** Signs a demo user in. Resolves to the access token. */
export async function signIn(node: ClusterNode, user: string, pwd = 'secret'): Promise<string> {
  const { status, json } = await call(node, 'POST', '/auth', { body: { user, pwd } });
  if (status !== 200) throw new Error(`${user} could not sign in: ${status} ${String(json['code'])}`);
  return String(json['token']);
}

/** Requests a ticket. Rejects with the code of the problem. */
export async function ticketOf(node: ClusterNode, token: string): Promise<string> {
  const { status, json } = await call(node, 'GET', '/ws_ticket', { token });
  if (status !== 200) throw new Error(`no ticket: ${status} ${String(json['code'])}`);
  return String(json['ticket']);
}

/** A WebSocket of one user, which replies to heartbeats and keeps all frames. */
export class ClusterClient {
  readonly frames: Frame[] = [];
  /** Resolves to the close code. */
  readonly closed: Promise<number>;
  closeCode: number | undefined;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  readonly #pending = new Map<number, { readonly replied: (frame: Frame) => void; readonly closed: () => void }>();
  #lastId = 0;

  private constructor(socket: WebSocket, onFrame: (frame: Frame) => void) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === 'beat') socket.send('{"type":"beat"}');
      this.frames.push(frame);
      onFrame(frame);
      if (frame.id !== undefined && (frame.type === 'reply' || frame.type === 'error')) {
        this.#pending.get(frame.id)?.replied(frame);
        this.#pending.delete(frame.id);
      }
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code }) => {
        this.closeCode = code;
        for (const { closed } of this.#pending.values()) closed();
        this.#pending.clear();
        this.#wake();
        resolve(code);
      });
    });
  }

  /**
   * Opens a socket with a ticket. Resolves after `welcome`; rejects if the handshake fails.
   *
   * @param onFrame called with every frame, in order
   */
  static async open(
    node: ClusterNode,
    ticket: string,
    onFrame: (frame: Frame) => void = () => undefined,
  ): Promise<ClusterClient> {
    const socket = new WebSocket(`${node.url.replace('http', 'ws')}/api/ws?ticket=${ticket}`, 'usher.v1');
    const client = new ClusterClient(socket, onFrame);
    await client.next('welcome');
    return client;
  }

  /** Requests a ticket from a node and connects to it. */
  static async connect(node: ClusterNode, token: string): Promise<ClusterClient> {
    return ClusterClient.open(node, await ticketOf(node, token));
  }

  /** Resolves to the first frame that matches, including earlier ones. Rejects if the socket closes before. */
  async until(matches: (frame: Frame) => boolean): Promise<Frame> {
    for (let from = 0; ;) {
      for (; from < this.frames.length; from++) {
        const frame = this.frames[from];
        if (frame !== undefined && matches(frame)) return frame;
      }
      if (this.closeCode !== undefined) throw new Error(`the socket was closed with ${this.closeCode}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  next(type: string): Promise<Frame> {
    return this.until((frame) => frame.type === type);
  }

  /**
   * Sends a request. Resolves to its `reply` or `error` frame. Rejects if the socket closes before.
   *
   * @param onReply called with that frame before any later frame is handled
   */
  request(type: string, params: object = {}, onReply: (frame: Frame) => void = () => undefined): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const closed = (): void => {
        reject(new Error(`the socket was closed with ${String(this.closeCode)}`));
      };
      if (this.closeCode !== undefined) {
        closed();
        return;
      }
      const id = ++this.#lastId;
      const replied = (frame: Frame): void => {
        onReply(frame);
        resolve(frame);
      };
      this.#pending.set(id, { replied, closed });
      this.#socket.send(JSON.stringify({ type, id, ...params }));
    });
  }

  /** Sends a message with a new key. */
  say(room: string, text: string): Promise<Frame> {
    return this.request('send', { room, key: randomUUID(), text });
  }

  /** The texts of the messages of a room, in the order of their arrival. */
  texts(room: string): string[] {
    return this.frames
      .filter(({ type, room: at }) => type === 'message' && at === room)
      .map(({ text }) => String(text));
  }

  close(): void {
    this.#socket.close();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
