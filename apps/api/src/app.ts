import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { DestinationStream } from 'pino';
import type { Logger, SessionRevocation } from '@usher/realtime';
import { limitedWarnings, proxyTrust, settledWithin } from '@usher/server';
import { createExternalCallers } from './auth/external-callers.ts';
import { Refresher } from './auth/refresher.ts';
import { Sessions } from './auth/sessions.ts';
import { tokens } from './auth/tokens.ts';
import { apiRoutes } from './api-routes.ts';
import type { Config } from './config/config.ts';
import { jwtSecret } from './config/jwt-secret.ts';
import { openApi } from './docs/openapi.ts';
import { callBudget, CallBudget } from './http/call-budget.ts';
import { decorateClientAddress } from './http/client-address.ts';
import {
  createConnectionLimits,
  defaultTimeouts,
  type HttpTimeouts,
  openFileLimit,
  serverOptions,
} from './http/connection-limits.ts';
import { errors, sendClientError, sendFrameworkError } from './http/errors.ts';
import { createLogger, requestLog } from './http/logging.ts';
import { createMetrics } from './http/metrics.ts';
import { metricsRoutes } from './http/monitoring-routes.ts';
import { schemaCompilers, setValidators } from './http/schema-compilers.ts';
import { dataHeadersOf, securityHeaders, securityHeadersOf } from './http/security-headers.ts';
import { page } from './http/static-files.ts';
import { shutdown } from './lifecycle/shutdown.ts';
import { Deadline, drainMs, everyHour } from './lifecycle/timing.ts';
import { OperatorAccounts } from './operator/accounts.ts';
import { ApiKeys } from './operator/api-keys-store.ts';
import { AuditLog } from './operator/audit-log.ts';
import { createTrafficLog, operator } from './operator/operator.ts';
import { openSharedState, type SharedState } from './redis/shared-state.ts';
import { RoomDirectory } from './rooms/room-directory.ts';
import { socket } from './socket/socket.ts';
import { openPostgresStorage } from './storage/postgres-storage.ts';
import { openSqliteStorage, type StorageOptions } from './storage/sqlite-storage.ts';
import type { Storage } from './storage/storage.ts';
import { startTracing } from './tracing/tracing.ts';
import { refuseDemoAccounts } from './users/demo-accounts.ts';
import { createInitialUsers } from './users/initial-users.ts';
import { PasswordLinks } from './users/password-links.ts';
import { Passwords } from './users/passwords.ts';
import { Users } from './users/users.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The bound port. Before `listen`, the configured port. */
    boundPort(): number;
  }
}

export interface AppOptions {
  /** Destination of the log. Defaults to standard output. */
  readonly logStream?: DestinationStream;
  /** Defaults to `defaultTimeouts`. */
  readonly timeouts?: HttpTimeouts;
  /** Open files that the process may have. Defaults to the limit of the operating system. */
  readonly openFiles?: number;
  /** Compiles the schemas of all routes at the start instead of at their first use. Defaults to false. */
  readonly compilesSchemas?: boolean;
}

/** Maximum size of a request body, in bytes. */
const bodyLimit = 16 * 1024;

/** How long pending work may take before the database is closed, in milliseconds. */
const onCloseMs = 1_000;

/**
 * Builds the server: opens and migrates the database and registers all routes. The caller calls `listen`.
 * `app.close()` releases all resources.
 *
 * @throws ConfigError, DataDirInUse, DataDirUnusable, DatabaseDamaged, PostgresUnusable, RedisUnusable, or an error of the database.
 */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const now = Date.now;
  const traces = await startTracing(config);
  const log = createLogger(config.logLevel, options.logStream, traces?.traceId);
  const warn = limitedWarnings(log);
  traces?.onExportFailed((error) => {
    warn('export', { err: error }, 'spans could not be exported to OTEL_EXPORTER_OTLP_ENDPOINT');
  });
  const metrics = createMetrics(traces?.traceId);
  const storage = await openStorage(config, {
    log,
    onCommit: (appends) => {
      metrics.commits.observe(appends);
    },
  });
  const shared = await openShared(config, log, storage);
  let stopOutbox: (() => Promise<void>) | undefined;
  const { compilesSchemas = false } = options;
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxyTrust(config.trustProxy),
    bodyLimit,
    ...serverOptions(options.timeouts ?? defaultTimeouts),
    // During a drain the app itself responds, as problem+json.
    return503OnClosing: false,
    frameworkErrors: sendFrameworkError,
    schemaController: { compilersFactory: schemaCompilers(compilesSchemas) },
    clientErrorHandler: sendClientError,
  });
  try {
    const { db, roomAccess, sessionStatuses: statuses } = storage;
    const users = new Users(db, now);
    const lifetime = { idleMs: config.sessionIdleSeconds * 1_000, absoluteMs: config.sessionSeconds * 1_000 };
    const sessions = new Sessions(db, { ...lifetime, maxPerUser: config.maxSessionsPerUser, statuses, now, log });
    const refresher = new Refresher(db, { ...lifetime, now });
    const passwords = await Passwords.create();
    const audit = new AuditLog(db, { lock: (transaction) => storage.lockAudit(transaction), now, log });
    const keys = new ApiKeys(db, { now, log });
    const links = new PasswordLinks(db, now);
    const roomLimits = { perUser: config.maxRoomsPerUser, perUserAndHour: config.maxRoomsPerUserPerHour };
    const rooms = new RoomDirectory(db, { access: roomAccess, limits: roomLimits, now });
    await createInitialUsers(db, config, passwords, now, app.log);
    await refuseDemoAccounts(db, config, passwords, app.log);
    const cleanup = everyHour(async () => {
      await sessions.purge();
      await links.purge();
      await storage.cleanUp();
    }, app.log);

    // Runs after all connections are closed. The database is closed in any case.
    app.addHook('onClose', async () => {
      const ended = Promise.all([cleanup.stop(), stopOutbox?.(), sessions.flush(), keys.flush(), storage.idle()]);
      // Both at once, so that a collector that does not respond does not prolong the shutdown.
      const [isComplete, isExported] = await Promise.all([
        settledWithin(ended, onCloseMs),
        settledWithin(traces?.shutDown() ?? Promise.resolve(), onCloseMs),
      ]);
      if (!isComplete) app.log.error('closing the database although work on it has not finished');
      if (!isExported) app.log.warn('the last spans were not exported in time');
      shared.close();
      await storage.close();
    });
    app.decorate('boundPort', () => {
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : config.port;
    });
    setValidators(app, compilesSchemas);
    decorateClientAddress(app, config.trustProxy);
    // Before all routes, because it describes those that are registered after it.
    await app.register(openApi);
    await app.register(errors);
    await app.register(requestLog);
    const headers = securityHeadersOf(config.publicUrl);
    await app.register(securityHeaders, { headers });
    const budget = new CallBudget(config, shared.limits);
    await app.register(callBudget, { budget });
    await app.register(metricsRoutes, { metrics, token: config.metricsToken, hasExemplars: traces !== undefined });
    const revoke: SessionRevocation['revokeSessions'] = (revoked, cause) =>
      app.revocation.revokeSessions(revoked, cause);
    await app.register(tokens, {
      secret: jwtSecret(config),
      lifeSeconds: config.accessTokenSeconds,
      sessions,
      budget,
      ...(config.identityProvider === undefined
        ? {}
        : { external: createExternalCallers(config.identityProvider, { db, lifetime, now, sessions, users, revoke }) }),
    });
    const traffic = createTrafficLog(shared.cluster.id, config, (connection) => app.members.joinedBy(connection));
    const limits = createConnectionLimits(app, config, { metrics, openFiles: options.openFiles ?? openFileLimit() });
    const deadline = new Deadline(drainMs(config));
    await app.register(socket, {
      config,
      sessions,
      rooms,
      shared,
      storage,
      metrics,
      traffic,
      limits,
      headers: dataHeadersOf(headers),
      deadline,
      tracing: traces?.tracing,
    });
    await app.register(shutdown, { deadline });
    const { members, userCommands } = app;
    const accounts = new OperatorAccounts(db, {
      ...{ keys, audit, sessions, now },
      idleMs: lifetime.idleMs,
      connectionsOf: (names) => userCommands.count(names),
    });
    await app.register(operator, { traffic, accounts, shared, askStore: () => storage.readTime() });
    stopOutbox = storage.startOutbox?.((appended, epoch) => {
      members.deliver(appended, epoch);
    });
    await app.register(apiRoutes, {
      prefix: '/api',
      ...{ config, storage, shared, metrics, traffic, budget, accounts, audit, keys, links, now },
      ...{ users, sessions, refresher, passwords, rooms },
    });
    await app.register(page, { webRoot: config.webRoot });
    await app.ready();
    return await Promise.resolve(app);
  } catch (error) {
    // A partly registered plugin must not hide the error.
    await settledWithin(app.close(), onCloseMs);
    shared.close();
    await storage.close();
    throw error;
  }
}

function openStorage(config: Config, options: StorageOptions): Promise<Storage> {
  const { databaseUrl } = config;
  return databaseUrl === undefined
    ? openSqliteStorage(config, options)
    : openPostgresStorage({ ...config, databaseUrl }, options);
}

async function openShared(config: Config, log: Logger, storage: Storage): Promise<SharedState> {
  try {
    return await openSharedState(config, log);
  } catch (error) {
    await storage.close();
    throw error;
  }
}
