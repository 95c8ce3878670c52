import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

interface ProxiedConnection {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** How the network between a node and a store behaves. */
export type Network =
  /** Everything passes. */
  | 'open'
  /** Connections are reset and refused. */
  | 'cut'
  /** Connections can be opened and stay open, but nothing passes until the network is open again. */
  | 'hung';

/** A TCP proxy between one node and a store. It can cut, hang and delay the traffic. */
export class StoreProxy {
  readonly #server: Server;
  readonly #store: string | number;
  readonly #connections = new Set<ProxiedConnection>();
  #network: Network = 'open';
  #delayMs = 0;

  private constructor(server: Server, store: string | number) {
    this.#server = server;
    this.#store = store;
    server.on('connection', (client) => {
      this.#connect(client);
    });
  }

  /**
   * Starts a proxy on a free port of 127.0.0.1.
   *
   * @param store the path of a Unix socket, or a port of 127.0.0.1
   */
  static async start(store: string | number): Promise<StoreProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StoreProxy(server, store);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set(network: Network): void {
    this.#network = network;
    for (const connection of this.#connections) this.#apply(connection);
  }

  /** Delays all traffic in both directions, in milliseconds. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  async stop(): Promise<void> {
    this.set('cut');
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #connect(client: Socket): void {
    const store = this.#store;
    const upstream = typeof store === 'string' ? createConnection(store) : createConnection(store, '127.0.0.1');
    const connection = { client, upstream };
    this.#connections.add(connection);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        this.#forward(to, chunk);
      });
      // The close notifies the other end.
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#connections.delete(connection);
        to.destroy();
      });
    }
    this.#apply(connection);
  }

  /** Timers with the same delay fire in order, so the chunks stay in order. */
  #forward(to: Socket, chunk: Buffer): void {
    if (this.#delayMs === 0) to.write(chunk);
    else setTimeout(() => to.write(chunk), this.#delayMs);
  }

  #apply({ client, upstream }: ProxiedConnection): void {
    if (this.#network === 'cut') {
      client.resetAndDestroy();
      upstream.destroy();
    } else if (this.#network === 'hung') {
      client.pause();
      upstream.pause();
    } else {
      client.resume();
      upstream.resume();
    }
  }
}
