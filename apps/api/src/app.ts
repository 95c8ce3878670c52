import cookies from '@fastify/cookie';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { DestinationStream } from 'pino';
import type { SessionRevocation } from '@usher/realtime';
import { adminRoutes } from './admin/admin-routes.ts';
import { authRoutes } from './auth/auth-routes.ts';
import { createExternalCallers } from './auth/external-callers.ts';
import { createPasswordCheck } from './auth/password-check.ts';
import { createRefreshCookie } from './auth/refresh-cookie.ts';
import { createRefresher } from './auth/refresher.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { createSessions } from './auth/sessions.ts';
import { createSignUpThrottle } from './auth/sign-up-throttle.ts';
import { createSessionStatusReader } from './auth/session-status.ts';
import { createSignInThrottle } from './auth/throttle.ts';
import { tokens } from './auth/tokens.ts';
import type { Config } from './config/config.ts';
import { jwtSecret } from './config/jwt-secret.ts';
import { allowedOrigins } from './config/origins.ts';
import { createGroupCommit } from './database/group-commit.ts';
import { createReadiness } from './database/readiness.ts';
import { openDatabase } from './database/sqlite.ts';
import { StorageLimits } from './database/storage-limits.ts';
import { Deadline, settledWithin } from './deadline.ts';
import { everyHour } from './every-hour.ts';
import { proxyTrust } from './http/client-address.ts';
import { callBudget, createCallBudget } from './http/call-budget.ts';
import { createConnectionLimits, openFileLimit } from './http/connection-limits.ts';
import { sendClientError, sendFrameworkError, errors } from './http/errors.ts';
import { healthRoutes } from './http/health-routes.ts';
import { createLogger, requestLog } from './http/logging.ts';
import { securityHeaders } from './http/security-headers.ts';
import { defaultTimeouts, type HttpTimeouts, serverOptions } from './http/server-options.ts';
import { shutdown } from './http/shutdown.ts';
import { page } from './http/static-files.ts';
import { createMetrics, metricsRoutes } from './metrics.ts';
import { memberRoutes } from './rooms/member-routes.ts';
import { createRoomDirectory } from './rooms/room-directory.ts';
import { createRoomReader } from './rooms/room-reader.ts';
import { roomRoutes } from './rooms/room-routes.ts';
import { createRoomAccessReader } from './rooms/room-access.ts';
import { searchRoutes } from './rooms/search-routes.ts';
import { createSqliteHistory, eraseDeletedTexts } from './rooms/sqlite-history.ts';
import { createSqliteMemberships } from './rooms/sqlite-memberships.ts';
import { createSqliteReadMarkers } from './rooms/sqlite-read-markers.ts';
import { socket } from './socket/socket.ts';
import { refuseDemoAccounts } from './users/demo-accounts.ts';
import { createInitialUsers } from './users/initial-users.ts';
import { createPasswordRules } from './users/password-rules.ts';
import { createPasswords } from './users/passwords.ts';
import { userRoutes } from './users/user-routes.ts';
import { createUsers } from './users/users.ts';

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
}

/** Maximum size of a request body, in bytes. */
const bodyLimit = 16 * 1024;

/** How long pending work may take before the database is closed, in milliseconds. */
const onCloseMs = 1_000;

/**
 * Builds the server: opens and migrates the database and registers all routes. The caller calls `listen`.
 * `app.close()` releases all resources.
 *
 * @throws ConfigError, DataDirInUse, DataDirUnusable, DatabaseDamaged, or an error of the database.
 */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const now = Date.now;
  const log = createLogger(config.logLevel, options.logStream);
  const database = await openDatabase(config.dataDir, { log });
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxyTrust(config.trustProxy),
    bodyLimit,
    ...serverOptions(options.timeouts ?? defaultTimeouts),
    // During a drain the app itself responds, as problem+json.
    return503OnClosing: false,
    frameworkErrors: sendFrameworkError,
    clientErrorHandler: sendClientError,
  });
  try {
    const { file, health, kysely: db, sqlite } = database;
    const metrics = createMetrics();
    const users = createUsers(db, now);
    const lifetime = { idleMs: config.sessionIdleSeconds * 1_000, absoluteMs: config.sessionSeconds * 1_000 };
    const readStatus = createSessionStatusReader(sqlite);
    const sessions = createSessions(db, { ...lifetime, maxPerUser: config.maxSessionsPerUser, readStatus, now });
    const refresher = createRefresher(db, { ...lifetime, now });
    const passwords = await createPasswords();
    const commit = createGroupCommit(sqlite, { health });
    const storage = new StorageLimits(sqlite, {
      file,
      bytesPerUserAndDay: config.maxMbPerUserPerDay * 1e6,
      databaseBytes: config.maxDatabaseMb * 1e6,
      freeBytes: config.minFreeDiskMb * 1e6,
      log,
    });
    commit.onSettled((committed) => {
      storage.settled(committed);
    });
    await storage.check();
    const memberships = createSqliteMemberships(sqlite, commit);
    const readMarkers = createSqliteReadMarkers(sqlite, commit);
    const roomLimits = { perUser: config.maxRoomsPerUser, perUserAndHour: config.maxRoomsPerUserPerHour };
    const rooms = createRoomDirectory(db, { readAccess: createRoomAccessReader(sqlite), limits: roomLimits, now });
    const reader = createRoomReader(file, { log });
    const history = createSqliteHistory(sqlite, commit, {
      admit: (user, bytes) => storage.spend(user, bytes),
      readFailed: (error) => health.failed(error),
      onCommit: (appends) => {
        metrics.commits.observe(appends);
      },
    });
    await createInitialUsers(db, config, passwords, now, app.log);
    await refuseDemoAccounts(db, config, passwords, app.log);
    const cleanup = everyHour(async () => {
      await sessions.purge();
      eraseDeletedTexts(sqlite);
    }, app.log);

    // Runs after all connections are closed. The database is closed in any case.
    app.addHook('onClose', async () => {
      if (!(await settledWithin(Promise.all([cleanup.stop(), commit.idle(), reader.close()]), onCloseMs))) {
        app.log.error('closing the database although work on it has not finished');
      }
      storage.close();
      database.close();
    });
    app.decorate('boundPort', () => {
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : config.port;
    });
    app.setValidatorCompiler(TypeBoxValidatorCompiler);
    await app.register(errors);
    await app.register(requestLog);
    await app.register(securityHeaders, { publicUrl: config.publicUrl });
    const budget = createCallBudget(config);
    await app.register(callBudget, { budget });
    await app.register(metricsRoutes, { metrics, token: config.metricsToken });
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
    const limits = createConnectionLimits(app, config, { metrics, openFiles: options.openFiles ?? openFileLimit() });
    const deadline = new Deadline(drainMs(config));
    await app.register(socket, {
      config,
      sessions,
      rooms,
      history,
      memberships,
      readMarkers,
      metrics,
      limits,
      deadline,
    });
    await app.register(shutdown, { deadline });
    const { connections, members, revocation } = app;
    const charge: StorageLimits['charge'] = (user, bytes) => {
      storage.charge(user, bytes);
    };
    const rules = createPasswordRules(config.passwordMinLength);
    const checkPassword = createPasswordCheck(users, passwords, createSignInThrottle());
    await app.register(
      async (api) => {
        const storageReady = createReadiness({ sqlite, commit, health, limits: storage });
        await api.register(healthRoutes, { storageReady, draining: () => app.draining });
        // Only these routes use cookies. Registered here, the plugin adds no hooks to other routes.
        await api.register(async (auth) => {
          await auth.register(cookies);
          await auth.register(authRoutes, {
            users,
            sessions,
            refresher,
            checkPassword,
            revocation,
            cookie: createRefreshCookie({
              publicUrl: config.publicUrl,
              allowedOrigins: () => allowedOrigins(config, app.boundPort()),
            }),
            onRefresh: (outcome) => {
              metrics.refreshes.inc({ outcome });
            },
          });
        });
        await api.register(sessionRoutes, {
          users,
          sessions,
          passwords,
          rules,
          checkPassword,
          revocation,
          connections,
        });
        await api.register(adminRoutes, { users, sessions, revocation });
        await api.register(userRoutes, {
          signUp: config.signUp,
          users,
          passwords,
          rules,
          throttle: createSignUpThrottle({ burst: config.signUpsPerAddress }),
        });
        await api.register(roomRoutes, {
          rooms,
          list: reader,
          history,
          charge,
          added: (room, user) => {
            members.memberAdded(room, user);
          },
        });
        await api.register(memberRoutes, { rooms, memberships, users, charge, liveRooms: members });
        await api.register(searchRoutes, { rooms, search: reader });
      },
      { prefix: '/api' },
    );
    await app.register(page, { webRoot: config.webRoot });
    await app.ready();
    return await Promise.resolve(app);
  } catch (error) {
    // A partly registered plugin must not hide the error.
    await settledWithin(app.close(), onCloseMs);
    database.close();
    throw error;
  }
}

/** Milliseconds from the signal until all connections are closed. At least 500, for close frames and short responses. */
export function drainMs({ drainSeconds }: Pick<Config, 'drainSeconds'>): number {
  return Math.max(500, drainSeconds * 1_000);
}
