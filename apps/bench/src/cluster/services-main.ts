/** A process that runs PostgreSQL or Redis for the bench, so that they end with it. Usage: `services-main.ts postgres|redis SETTING…`. */
import { PostgresServer, RedisServer } from '@usher/test-servers';

export type ServiceRequest =
  /** Replies with the process id and the URL of the service. */
  | { readonly ask: 'info' }
  /** Kills the service and starts it again. Replies when it accepts connections. */
  | { readonly ask: 'restart' }
  /** Creates a database, empty or as a copy of `template`. PostgreSQL only. */
  | { readonly ask: 'database'; readonly template?: string | undefined };

export interface ServiceReply {
  readonly pid: number;
  /** Empty for PostgreSQL, except in the reply to `database`. */
  readonly url: string;
}

const [kind, ...settings] = process.argv.slice(2);
const service = kind === 'postgres' ? await PostgresServer.start({ settings }) : await RedisServer.start(settings);

async function handle(request: ServiceRequest): Promise<ServiceReply> {
  if (request.ask === 'restart') {
    await service.kill();
    await service.start();
  }
  if (service instanceof PostgresServer) {
    return { pid: service.pid, url: request.ask === 'database' ? await service.newDatabaseUrl(request.template) : '' };
  }
  const port = settings[settings.indexOf('--port') + 1];
  return { pid: service.pid, url: `redis://127.0.0.1:${port ?? ''}` };
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  void service.stop().then(() => process.exit());
}

process.on('message', (request: ServiceRequest) => {
  // A failed request ends the process, and with it the measurement.
  void handle(request).then((result) => process.send?.(result));
});
process.once('disconnect', stop);
process.once('SIGTERM', stop);
process.send?.({ type: 'ready' });
