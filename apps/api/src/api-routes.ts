import cookies from '@fastify/cookie';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { adminRoutes } from './admin/admin-routes.ts';
import { auditRoutes } from './admin/audit-routes.ts';
import { keyRoutes } from './admin/key-routes.ts';
import { passwordLinkRoutes } from './admin/password-link-routes.ts';
import { roomAdminRoutes } from './admin/room-admin-routes.ts';
import { trafficRoutes } from './admin/traffic-routes.ts';
import { authRoutes } from './auth/auth-routes.ts';
import { createPasswordCheck, SignInThrottle } from './auth/password-check.ts';
import { RefreshCookie } from './auth/refresh-cookie.ts';
import type { Refresher } from './auth/refresher.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import type { Sessions } from './auth/sessions.ts';
import { SharedSignInThrottle } from './auth/shared-sign-in-throttle.ts';
import type { Config } from './config/config.ts';
import { allowedOrigins, listeningUrl } from './config/origins.ts';
import { docsRoutes } from './docs/docs-routes.ts';
import type { CallBudget } from './http/call-budget.ts';
import type { Metrics } from './http/metrics.ts';
import { healthRoutes } from './http/monitoring-routes.ts';
import type { OperatorAccounts } from './operator/accounts.ts';
import { createKeyCheck } from './operator/api-keys-check.ts';
import type { ApiKeys } from './operator/api-keys-store.ts';
import type { AuditLog } from './operator/audit-log.ts';
import type { TrafficLog } from './operator/traffic-log.ts';
import type { SharedState } from './redis/shared-state.ts';
import { memberRoutes } from './rooms/member-routes.ts';
import type { RoomDirectory } from './rooms/room-directory.ts';
import { roomRoutes, searchRoutes } from './rooms/room-routes.ts';
import { serverRoutes } from './server-api/server-routes.ts';
import type { Storage } from './storage/storage.ts';
import type { PasswordLinks } from './users/password-links.ts';
import { PasswordRules } from './users/password-rules.ts';
import type { Passwords } from './users/passwords.ts';
import { SharedSignUpThrottle } from './users/shared-sign-up-throttle.ts';
import { SignUpThrottle } from './users/sign-up-throttle.ts';
import { userRoutes } from './users/user-routes.ts';
import type { Users } from './users/users.ts';

/** What the routes share with the rest of the server. */
export interface ApiRoutesOptions {
  readonly config: Config;
  readonly storage: Storage;
  readonly shared: SharedState;
  readonly metrics: Metrics;
  readonly traffic: TrafficLog;
  readonly budget: CallBudget;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly refresher: Refresher;
  readonly passwords: Passwords;
  readonly rooms: RoomDirectory;
  readonly accounts: OperatorAccounts;
  readonly audit: AuditLog;
  readonly keys: ApiKeys;
  readonly links: PasswordLinks;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** All routes below `/api`. Requires the decorators of `tokens`, `socket` and `operator`. */
export const apiRoutes: FastifyPluginAsync<ApiRoutesOptions> = async (api, options) => {
  const { config, storage, shared, budget, users, sessions, passwords, rooms, accounts, audit, keys, links } = options;
  const { now } = options;
  const { history, memberships } = storage;
  const { connections, members, revocation, userCommands } = api;
  const rules = new PasswordRules(config.passwordMinLength);
  const signIns = new SignInThrottle();
  const checkPassword = createPasswordCheck(
    users,
    passwords,
    shared.limits === undefined ? signIns : new SharedSignInThrottle({ shared: shared.limits, local: signIns }),
  );
  const charge = (user: string, bytes: number): void => {
    storage.charge(user, bytes);
  };
  const origin = (): string => config.publicUrl ?? listeningUrl(config, api.boundPort());

  await api.register(healthRoutes, { storageReady: () => storage.isReady(), draining: () => api.draining });
  // Only these routes use cookies. Registered here, the plugin adds no hooks to other routes.
  await api.register(async (auth) => {
    await registerAuthRoutes(auth, { ...options, checkPassword });
  });
  await api.register(sessionRoutes, { users, sessions, passwords, rules, checkPassword, revocation, connections });
  await api.register(adminRoutes, { accounts, audit, sessions, revocation, userCommands, origin, now });
  await api.register(trafficRoutes, { traffic: api.operatorTraffic, audit });
  await api.register(roomAdminRoutes, { accounts, audit, history, liveRooms: members, now });
  await api.register(keyRoutes, { accounts, audit, keys });
  await api.register(auditRoutes, { accounts, audit });
  await api.register(passwordLinkRoutes, { links, audit, sessions, passwords, rules, revocation, now });
  await api.register(serverRoutes, { checkKey: createKeyCheck(keys, budget), liveRooms: members, connections });
  const { signUp } = config;
  await api.register(userRoutes, { signUp, users, passwords, rules, throttle: createSignUpThrottle(config, shared) });
  await api.register(roomRoutes, {
    rooms,
    list: storage,
    history,
    charge,
    added: (room, user) => {
      members.memberAdded(room, user);
    },
  });
  await api.register(memberRoutes, { rooms, memberships, users, charge, liveRooms: members });
  await api.register(searchRoutes, { rooms, search: storage });
  await api.register(docsRoutes);
};

async function registerAuthRoutes(
  auth: FastifyInstance,
  options: ApiRoutesOptions & { readonly checkPassword: ReturnType<typeof createPasswordCheck> },
): Promise<void> {
  const { config, users, sessions, refresher, checkPassword, metrics, traffic } = options;
  await auth.register(cookies);
  await auth.register(authRoutes, {
    users,
    sessions,
    refresher,
    checkPassword,
    revocation: auth.revocation,
    cookie: new RefreshCookie({
      publicUrl: config.publicUrl,
      allowedOrigins: () => allowedOrigins(config, auth.boundPort()),
    }),
    onRefresh: (outcome) => {
      metrics.refreshes.inc({ outcome });
    },
    onSignInRefused: ({ clientAddress: address, headers }, { code, user }, receipt) => {
      const { origin, 'user-agent': userAgent } = headers;
      traffic.refused('sign_in', code, { address, origin, userAgent }, { user, receipt });
    },
  });
}

/** Returns the throttle of sign-ups: of all nodes if they share limits, otherwise of this node. */
function createSignUpThrottle(
  { signUpsPerAddress: burst }: Config,
  { limits }: SharedState,
): SignUpThrottle | SharedSignUpThrottle {
  const local = new SignUpThrottle({ burst });
  return limits === undefined ? local : new SharedSignUpThrottle({ burst, shared: limits, local });
}
