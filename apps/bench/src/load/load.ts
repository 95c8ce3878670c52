import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from '../cluster/deployment.ts';
import type { PeerName } from '../peers.ts';
import { type Dialect, dialectOf, type Kind } from './dialect.ts';
import { ClosedByServer, LeanSocket, Refused } from './frames.ts';
import { startMeter, type Usage } from './meter.ts';
import { Sessions, TicketConnection } from './tickets.ts';

/** The server under load. */
export interface Target {
  readonly peer: PeerName;
  readonly port: number;
  readonly pid: number;
  /** Access tokens, one per session, valid for every peer that requires one. */
  readonly tokens: readonly string[];
  /** The nodes of a deployment; `port` and `pid` are those of the first. Absent for a single server. */
  readonly nodes?: readonly { readonly port: number; readonly pid: number }[];
  /** The processes of Redis and PostgreSQL that a deployment uses. */
  readonly services?: Readonly<Record<string, number>>;
}

/** The default number of concurrent dials. */
const dialsAtOnce = 64;

/** The clients of one peer and the meter. */
export class Load {
  readonly target: Target;
  readonly dialect: Dialect;
  readonly sessions: Sessions;
  readonly #deployment: Deployment | undefined;

  /** @param deployment the deployment of the target, if this process started it */
  constructor(target: Target, deployment?: Deployment, sessions = new Sessions(target.tokens)) {
    this.target = target;
    this.dialect = dialectOf(target.peer);
    this.sessions = sessions;
    this.#deployment = deployment;
  }

  /** @throws TypeError if this process did not start a deployment */
  get deployment(): Deployment {
    if (this.#deployment === undefined) throw new TypeError('this measurement requires a deployment');
    return this.#deployment;
  }

  /** Starts a measurement of all processes of the target; the returned function stops it. */
  meter(): () => Usage {
    return startMeter(() => {
      const { nodes = [this.target], services = {} } = this.#deployment ?? this.target;
      return { nodes: nodes.map((node) => node.pid), services };
    });
  }

  /** One load per node of the target. All use the same sessions. */
  nodes(): Load[] {
    const { target } = this;
    return (target.nodes ?? [target]).map(
      ({ port, pid }) => new Load({ ...target, port, pid }, this.#deployment, this.sessions),
    );
  }

  /** Connects `count` members to a room, in equal shares to all nodes. Returns the members of each node. */
  async spread(count: number, room?: string): Promise<LeanSocket[][]> {
    const loads = this.nodes();
    const members: LeanSocket[][] = [];
    for (const [index, load] of loads.entries()) {
      const share = Math.floor(count / loads.length) + (index < count % loads.length ? 1 : 0);
      members.push(await load.members(share, room));
    }
    return members;
  }

  line(): TicketConnection {
    return new TicketConnection(this.target.port);
  }

  /** Requests a ticket and waits for its slot. Resolves to '' if the peer requires no ticket. */
  async ticket(line: TicketConnection): Promise<string> {
    if (!this.dialect.requiresTicket) return '';
    const { ticket, connectAfterMs } = await line.request(this.sessions.take());
    if (connectAfterMs > 0) await sleep(connectAfterMs);
    return ticket;
  }

  /** Dials and resolves when the welcome frame arrives. */
  dial(ticket: string): Promise<LeanSocket> {
    const { dialect } = this;
    return new Promise((resolve, reject) => {
      const socket = new LeanSocket({
        port: this.target.port,
        path: dialect.path(ticket, () => this.sessions.take()),
        subprotocol: dialect.subprotocol,
        agent: dialect.agent,
        hello: dialect.hello?.(this.sessions.take()),
      });
      socket.onEnd = reject;
      socket.onText = (bytes, start) => {
        if (dialect.kindOf(bytes, start) === 'welcome') resolve(socket);
      };
    });
  }

  /** Calls the HTTP API, if the peer identifies users by address and User-Agent. */
  async introduce(): Promise<void> {
    const { agent } = this.dialect;
    if (agent === undefined) return;
    const headers = { authorization: `Bearer ${this.sessions.take()}`, 'user-agent': agent };
    const response = await fetch(`http://127.0.0.1:${this.target.port}/`, { headers });
    if (!response.ok) throw new Error(`the request before the handshake failed with ${response.status}`);
  }

  async connect(line: TicketConnection): Promise<LeanSocket> {
    return this.dial(await this.ticket(line));
  }

  /** Connects with a session that is not one of the load's. */
  async connectAs(token: string): Promise<LeanSocket> {
    const line = this.line();
    const { ticket } = await line.request(token);
    line.close();
    return this.dial(ticket);
  }

  /** Connects, and joins the room if the peer has rooms. */
  async enter(line: TicketConnection, room = 'general'): Promise<LeanSocket> {
    const socket = await this.connect(line);
    const { join } = this.dialect;
    if (join !== undefined) await this.request(socket, join(room), 'reply');
    return socket;
  }

  /** Sends a request and resolves to the text of the reply. */
  request(socket: LeanSocket, request: Buffer, kind: Kind): Promise<string> {
    return new Promise((resolve, reject) => {
      socket.onEnd = reject;
      socket.onText = (bytes, start, end) => {
        const received = this.dialect.kindOf(bytes, start);
        if (received === kind) resolve(bytes.toString('utf8', start, end));
        else if (received === 'refusal') reject(new Error(bytes.toString('utf8', start, end)));
      };
      socket.write(request);
    });
  }

  /** Connects `count` members to a room. From then on a lost connection ends the process, because it would distort the result. */
  async members(count: number, room?: string): Promise<LeanSocket[]> {
    await this.ready(count);
    const members: LeanSocket[] = [];
    await this.each(count, async (line) => {
      const member = await this.enter(line, room);
      member.onText = undefined;
      member.onEnd = (reason) => {
        throw new Error('a member was lost', { cause: reason });
      };
      members.push(member);
    });
    return members;
  }

  /** Waits until the rate limits permit `count` ticket requests. */
  async ready(count: number): Promise<void> {
    if (this.dialect.requiresTicket) await this.sessions.ready(count);
  }

  /** Runs `work` `count` times with a concurrency of `dialsAtOnce`; each worker has its own ticket connection. */
  async each(
    count: number,
    work: (line: TicketConnection) => Promise<void>,
    lines?: readonly TicketConnection[],
  ): Promise<void> {
    let left = count;
    const go = async (line: TicketConnection): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await work(line);
      }
    };
    if (lines !== undefined) {
      await Promise.all(lines.map(go));
      return;
    }
    const own = this.lines();
    await Promise.all(own.map(go));
    for (const line of own) line.close();
  }

  lines(): TicketConnection[] {
    return Array.from({ length: dialsAtOnce }, () => this.line());
  }

  /** Dials without credentials and resolves when the client receives the rejection. Rejects if the server accepts it. */
  refused(): Promise<void> {
    const { dialect } = this;
    return new Promise((resolve, reject) => {
      const { path, hello } = dialect.unauthenticated;
      const socket = new LeanSocket({ port: this.target.port, path: path(), hello });
      socket.onEnd = (reason) => {
        if (reason instanceof Refused || reason instanceof ClosedByServer) resolve();
        else reject(reason);
      };
      socket.onText = (bytes, start) => {
        const kind = dialect.kindOf(bytes, start);
        if (kind === 'welcome') reject(new Error('an unauthenticated client was accepted'));
        if (kind !== 'refusal') return;
        socket.cut();
        resolve();
      };
    });
  }
}
