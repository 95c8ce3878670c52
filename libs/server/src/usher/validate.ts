import type { WebSocketServer } from 'ws';
import type { Protocol } from '@usher/protocol';
import type { UsherOptions } from '../options.ts';

interface Ws {
  readonly WebSocketServer: typeof WebSocketServer;
}

/** The oldest Node that `createUsher` runs on. */
const oldestNode = 22;

/** @throws Error if this Node is too old */
export function requireNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) < oldestNode)
    throw new Error(`Node ${version} is too old: @usher/server requires Node ${oldestNode} or later`);
}

const functions = ['authenticate', 'admit', 'authorize', 'address', 'acceptConnection'] as const;
const durations = ['ticketSeconds', 'leaseSeconds', 'drainSeconds', 'endedSessionSeconds'] as const;
/** For each port, a method that every implementation has. */
const ports = {
  store: 'consume',
  history: 'append',
  memberships: 'roomsOf',
  readMarkers: 'advance',
  bus: 'publish',
  cluster: 'nodes',
  presence: 'statusOf',
  connectionCounts: 'reserve',
  sessions: 'causesOfEnd',
  redis: 'duplicate',
  postgres: 'connect',
} as const;
const requirements: Partial<Record<keyof typeof ports, string>> = {
  redis: 'a client of ioredis',
  postgres: 'a pool of pg',
};

/**
 * Checks what the parts do not check themselves.
 * @throws TypeError or RangeError that names the option and what it must be
 */
export function validateOptions<P extends Protocol, R>(options: UsherOptions<P, R>): void {
  if (typeof (options as unknown) !== 'object') throw new TypeError('invalid options: must be an object');
  if (options.allowedOrigins === (undefined as unknown))
    throw new TypeError("invalid allowedOrigins: name the origins of your pages, such as ['https://chat.example.org']");
  if (options.authenticate === (undefined as unknown))
    throw new TypeError('invalid authenticate: must be a function that returns the user and session of a request');
  for (const name of functions) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`invalid ${name}: must be a function`);
  }
  for (const name of durations) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0))
      throw new RangeError(`invalid ${name} ${value}: must be a positive number of seconds`);
  }
  for (const [name, method] of Object.entries(ports) as [keyof typeof ports, string][]) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'object' || value === null || typeof (value as Record<string, unknown>)[method] !== 'function')
      throw new TypeError(`invalid ${name}: must be ${requirements[name] ?? `an object with the method ${method}`}`);
  }
  validateLimits(options);
  validateRooms(options);
}

function validateLimits<P extends Protocol, R>({ limits = {}, slotsPerUser }: UsherOptions<P, R>): void {
  const { connections = 1, connectionsPerUser = 1, connectsPerSecond = 1 } = limits;
  const counts = { 'limits.connections': connections, 'limits.connectionsPerUser': connectionsPerUser };
  for (const [name, value] of Object.entries({ ...counts, slotsPerUser: slotsPerUser ?? 1 })) {
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new RangeError(`invalid ${name} ${value}: must be a positive integer`);
  }
  if (!(Number.isFinite(connectsPerSecond) && connectsPerSecond >= 0))
    throw new RangeError(`invalid limits.connectsPerSecond ${connectsPerSecond}: must be a number, 0 or more`);
}

/** The pattern of room names in the protocol. */
export const roomPattern = /^[a-z0-9-]{1,64}$/;

function validateRooms<P extends Protocol, R>(options: UsherOptions<P, R>): void {
  const { rooms, authorize, protocol, readMarkers, memberships, postgres, history } = options;
  if (rooms !== undefined && !Array.isArray(rooms)) throw new TypeError('invalid rooms: must be an array of names');
  for (const room of rooms ?? []) {
    if (typeof room !== 'string' || !roomPattern.test(room))
      throw new TypeError(`invalid rooms: ${JSON.stringify(room)} must match ${roomPattern.source}`);
  }
  if (!servesRooms(protocol)) return;
  if (rooms === undefined && authorize === undefined)
    throw new TypeError('invalid rooms: name the rooms that every user may use, or pass authorize');
  if (readMarkers !== undefined && memberships === undefined && (postgres === undefined || history !== undefined))
    throw new TypeError('invalid readMarkers: requires memberships');
}

/** Whether the protocol contains the messages of rooms: `roomsProtocol`, one of `defineRooms`, or an extension of either. */
export function servesRooms(protocol: Protocol | undefined): boolean {
  return protocol === undefined || 'rooms' in protocol;
}

/**
 * Loads the package `ws`.
 * @throws Error that says how to install it
 */
export async function loadWs(load: () => Promise<Ws> = () => import('ws')): Promise<Ws> {
  try {
    return await load();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw error;
    throw new Error('the package ws is not installed: run "npm install ws"', { cause: error });
  }
}
