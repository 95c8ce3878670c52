/**
 * The names that code blocks in the documentation use without declaring them. A block that uses one of them gets its import or its
 * declaration before it is compiled, so that the documents show only the lines that matter.
 */

/** Exports by module. */
export const imports = {
  '@angular/common/http': ['provideHttpClient', 'withInterceptors'],
  '@angular/core': ['Component', 'computed', 'effect', 'inject', 'signal', 'type ApplicationConfig'],
  '@angular/platform-browser': ['bootstrapApplication'],
  '@angular/router': ['type Routes'],
  '@usher/angular': ['injectUsher', 'provideUsher', 'provideUsherSocket', 'usherBearer'],
  '@usher/client': ['fetchTicket', 'TicketSocket', 'whenOpen'],
  '@usher/client/rooms': ['type RoomMessage'],
  '@usher/client/session': ['SessionEnded', 'type SessionServer', 'type SessionKeeper', 'type SessionState'],
  '@usher/protocol': ['type RoomsProtocol', 'type TokenResponse'],
  '@usher/protocol/server': ['compileProtocol', 'roomsProtocol'],
  '@usher/realtime': [
    'ConnectionReservations',
    'createConnections',
    'createMemoryBus',
    'createMemoryCluster',
    'RequestError',
    'type Reservation',
    'SessionRevocation',
  ],
  '@usher/realtime/rooms': ['createRooms'],
  '@usher/realtime/ws': ['attach', 'serverOptions'],
  '@usher/server': ['createUsher'],
  '@usher/server/nest': ['UsherService'],
  '@usher/ticket': ['ConnectSlots', 'createMemoryTicketStore', 'TicketStoreBreaker'],
  '@usher/ticket/fastify': ['ticketGate'],
  ioredis: ['Redis'],
  pg: ['Pool'],
  vitest: ['vi'],
  ws: ['WebSocketServer'],
};

/** Declarations of what belongs to the reader's own application, by name. */
export const declarations = {
  Account: 'interface Account { readonly name: string; readonly session: string; readonly roles: readonly string[] }',
  App: '@Component({ template: "" }) class App {}',
  accessToken: 'declare const accessToken: () => string | undefined;',
  allowedOrigins: 'declare const allowedOrigins: readonly string[];',
  app: "declare const app: import('fastify').FastifyInstance;",
  authorize: "declare const authorize: import('@usher/realtime/rooms').Authorize;",
  bus: "declare const bus: import('@usher/realtime').Bus;",
  cluster: "declare const cluster: import('@usher/realtime').Cluster;",
  causesOfEnd: "declare const causesOfEnd: import('@usher/realtime').RevocableSessions['causesOfEnd'];",
  endSessions: "declare const endSessions: import('@usher/realtime').RevocableSessions['end'];",
  connections:
    "declare const connections: import('@usher/realtime').Connections<import('@usher/protocol').RoomsProtocol>;",
  findAccount: 'declare function findAccount(user: string, session: string): Promise<Account | undefined>;',
  history: "declare const history: import('@usher/realtime/rooms').History;",
  identityFromGate:
    "declare function identityFromGate(request: import('node:http').IncomingMessage): import('@usher/realtime').Identity;",
  isDevelopment: 'declare const isDevelopment: boolean;',
  list: 'declare function list(messages: readonly RoomMessage[]): void;',
  maySee: 'declare function maySee(user: string, room: string): Promise<boolean>;',
  myAccountOf: 'declare function myAccountOf(header: string | undefined): Promise<Account | undefined>;',
  noteInterest: 'declare function noteInterest(user: string, at: string): void;',
  onTokenChange: 'declare function onTokenChange(listener: () => void): void;',
  open: 'declare function open(...connection: unknown[]): void;',
  openEmptyStore:
    "declare function openEmptyStore(): Promise<import('@usher/realtime/rooms').History & { createRoom(room: string): Promise<void>; close(): Promise<void> }>;",
  orderFor: 'declare function orderFor(user: string, item: string): Promise<number>;',
  pool: "declare const pool: import('pg').Pool;",
  post: 'declare function post(path: string, body: object): Promise<TokenResponse>;',
  postCredentials: 'declare function postCredentials(user: string, pwd: string): Promise<TokenResponse>;',
  pwd: 'declare const pwd: string;',
  shop: "import { shop } from './shop-protocol.ts';",
  reservations: "declare const reservations: import('@usher/realtime').ConnectionReservations;",
  rooms: "declare const rooms: import('@usher/realtime/rooms').Rooms;",
  show: 'declare function show(...state: unknown[]): void;',
  showMessages: 'declare function showMessages(messages: readonly RoomMessage[]): void;',
  showPrice: 'declare function showPrice(item: string, price: number): void;',
  showSignIn: 'declare function showSignIn(reason: string | undefined): void;',
  showState: 'declare function showState(...state: unknown[]): void;',
  soldOut: 'declare function soldOut(item: string): Promise<boolean>;',
  store: "declare const store: import('@usher/ticket').TicketStore;",
  ticket: "declare const ticket: import('@usher/client').TicketFunction;",
  toTokenResponse: 'declare function toTokenResponse(body: unknown): TokenResponse;',
  token: 'declare const token: string | undefined;',
  url: 'declare const url: string;',
  user: 'declare const user: string;',
};

/** Declarations of names with a different meaning in single documents. */
export const perDocument = {
  'docs/guides/sign-in.md': {
    findSession:
      'declare function findSession(opaqueToken: string): Promise<{ readonly user: string; readonly id: string } | undefined>;',
    sessionById:
      'declare function sessionById(id: string): Promise<{ readonly roles: readonly string[]; readonly expiresAt: number } | undefined>;',
    provider:
      'declare const provider: { getAccessToken(): Promise<string | undefined>; currentUser(): string | undefined };',
    session: 'declare const session: string;',
    usher: "declare const usher: import('@usher/server').Usher;",
  },
  'docs/guides/testing.md': {
    server: "declare const server: import('@usher/client/testing').FakeServer;",
  },
  'docs/guides/from-token-urls.md': {
    options: "declare const options: import('@usher/server').UsherOptions;",
    holderOfJwt:
      'declare function holderOfJwt(token: string): Promise<{ readonly user: string; readonly session: string } | undefined>;',
    until: 'declare const until: Date;',
    report: 'declare function report(counts: object): void;',
    reportOldClient: 'declare function reportOldClient(user: string | undefined, userAgent: string | undefined): void;',
  },
  'docs/guides/from-signalr.md': {
    options: "declare const options: import('@usher/server').UsherOptions<typeof shop>;",
    usher: "declare const usher: import('@usher/server').Usher<typeof shop>;",
    socket: 'declare const socket: TicketSocket<RoomsProtocol>;',
    RoomsProtocol: "import type { RoomsProtocol } from '@usher/protocol';",
  },
  'libs/cli/README.md': { stagingToken: 'declare const stagingToken: string;' },
  'libs/server/README.md': {
    AuthModule: 'class AuthModule {}',
    JwtAuthGuard: 'class JwtAuthGuard { canActivate(): boolean { return true; } }',
    Settings: 'class Settings { readonly origins: readonly string[] = []; }',
    requireAuth: "declare const requireAuth: import('express').RequestHandler;",
    options: "declare const options: import('@usher/server').UsherOptions;",
    redisUrl: 'declare const redisUrl: string;',
    connectionString: 'declare const connectionString: string;',
    holderOfJwt:
      'declare function holderOfJwt(token: string): Promise<{ readonly user: string; readonly session: string } | undefined>;',
    checkPassword:
      'declare function checkPassword(body: unknown): Promise<{ readonly user: string; readonly roles: readonly string[] } | undefined>;',
    count: 'declare function count(credential: string | undefined, user: string | undefined): void;',
  },
  'libs/angular/README.md': {
    Shop: "import type { Shop } from './shop-protocol.ts';",
    Session:
      'declare class Session { readonly keeper: SessionKeeper; readonly state: () => SessionState; token(): string | undefined; end(reason: import("@usher/client").Reason): void }',
  },
  'docs/adopting.md': {
    Shop: "import type { Shop } from './shop-protocol.ts';",
    options: "declare const options: import('@usher/server').UsherOptions;",
    redisUrl: 'declare const redisUrl: string;',
    connectionString: 'declare const connectionString: string;',
    Session:
      'declare class Session { token(): string | undefined; ended(reason: import("@usher/client").Reason): void }',
    session: 'declare const session: string;',
  },
  'libs/client/README.md': {
    options: "declare const options: import('@usher/client').TicketSocketOptions;",
    socket: 'declare const socket: TicketSocket<RoomsProtocol>;',
    session: 'declare const session: { readonly token: string | undefined; onChange(listener: () => void): void };',
  },
};
