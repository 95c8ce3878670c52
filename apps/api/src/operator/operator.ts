import fp from 'fastify-plugin';
import type { Config } from '../config/config.ts';
import type { SharedState } from '../redis/shared-state.ts';
import { ConnectionLog, type ConnectionLogOptions } from './connection-log.ts';
import { NodeMonitor } from './node-monitor.ts';
import { NodeTraffic } from './node-traffic.ts';
import type { OperatorAccounts } from './accounts.ts';
import type { OperatorConnections } from './operator-connections.ts';
import { OperatorTraffic, queryCosts } from './operator-traffic.ts';
import { RefusalLog } from './refusal-log.ts';
import { TicketLog } from './ticket-log.ts';
import { TrafficLog } from './traffic-log.ts';

/** Recently closed connections that each node keeps. */
const closedKept = 5_000;
/** How often the roles of open operator sockets are validated, in seconds. */
const validateEverySeconds = 5;

/** Creates the records of a node, in memory. @param joinedBy the rooms that a connection has joined */
export function createTrafficLog(
  node: string,
  { refusalsKept, receiptsKept }: Pick<Config, 'refusalsKept' | 'receiptsKept'>,
  joinedBy: ConnectionLogOptions['joinedBy'],
): TrafficLog {
  return new TrafficLog({
    refusals: new RefusalLog({ node, capacity: refusalsKept }),
    tickets: new TicketLog(receiptsKept),
    connections: new ConnectionLog({ node, capacity: closedKept, joinedBy }),
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What operators see of the traffic of all nodes. */
    readonly operatorTraffic: OperatorTraffic;
  }
}

export interface OperatorOptions {
  readonly traffic: TrafficLog;
  readonly shared: Pick<SharedState, 'bus' | 'cluster'>;
  /** See `Storage.readTime`. */
  readonly askStore: () => Promise<number | undefined>;
  readonly accounts: OperatorAccounts;
}

/** Measures this node, executes the commands of operators on all nodes, and serves the sockets of operators. */
export const operator = fp<OperatorOptions>(
  (app, { traffic, shared: { bus, cluster }, askStore, accounts }, done) => {
    const { connections, members, operators } = app;
    const size = (): number => connections.size + operators.connections.size;
    let seconds = 0;
    const monitor = new NodeMonitor({
      bus,
      cluster,
      counts: () => ({ ...traffic.counts, refusals: traffic.refusals.count }),
      connections: size,
      draining: () => app.draining,
      askStore,
      onSecond() {
        seconds += 1;
        if (seconds % validateEverySeconds === 0) void operators.validate();
      },
    });
    const local = new NodeTraffic({
      node: cluster.id,
      traffic,
      monitor,
      connectionsIn: (room) => members.connectionsIn(room),
      drain() {
        const open = size();
        app.drain().catch((error: unknown) => {
          app.log.error({ err: error }, 'draining failed');
        });
        return open;
      },
    });
    const all = new OperatorTraffic({ bus, cluster, execute: (command) => local.execute(command), log: app.log });
    app.addHook('preClose', (next) => {
      monitor.stop();
      all.stop();
      next();
    });
    app.decorate('operatorTraffic', all);
    handleRequests(operators, all, accounts);
    done();
  },
  { name: 'operator', fastify: '5.x', dependencies: ['socket'] },
);

/** The requests of the operators' socket. The calls under `/api/admin` use the same functions. */
function handleRequests(sockets: OperatorConnections, traffic: OperatorTraffic, accounts: OperatorAccounts): void {
  sockets.handle('overview', (query) => traffic.overview(query), queryCosts.query);
  sockets.handle('nodes', () => traffic.nodes(), queryCosts.query);
  sockets.handle('refusals', (query) => traffic.refusals(query), queryCosts.query);
  sockets.handle('refusal_groups', (query) => traffic.refusalGroups(query), queryCosts.query);
  sockets.handle('receipt', (query) => traffic.receipt(query), queryCosts.receipt);
  sockets.handle('connections', (query) => traffic.connections(query), queryCosts.query);
  sockets.handle('connection', ({ connection }) => traffic.connection(connection), queryCosts.query);
  sockets.handle('users', (query) => accounts.users(query), queryCosts.accounts);
  sockets.handle('user', ({ user }) => accounts.user(user), queryCosts.query);
  sockets.handle('rooms', (query) => accounts.rooms(query), queryCosts.accounts);
  sockets.handle('keys', () => accounts.keys(), queryCosts.query);
  sockets.handle('audit', (query) => accounts.audit(query), queryCosts.query);
}
