import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Accounts } from './accounts.ts';
import { startChild } from './process.ts';
import { startServer, usherSettings } from './server.ts';

/** The names of all peers, in the order of the reports. */
export const peerNames = [
  'http',
  'ws',
  'ws-framed',
  'fastify-websocket',
  'first-message',
  'jwt-in-url',
  'address-agent',
  'ticket-gate',
  'socket-io',
  'bun',
  'usher',
] as const;

/** Deployments of a peer with PostgreSQL, Redis or several nodes, for the measurements with `--cluster`. */
export const clusterPeers = [
  'socket-io-redis',
  'socket-io-streams',
  'usher-postgres',
  'usher-redis',
  'usher-cluster',
] as const;
export type ClusterPeer = (typeof clusterPeers)[number];
export type SinglePeer = (typeof peerNames)[number];
export type PeerName = SinglePeer | ClusterPeer;

export function isClusterPeer(name: string): name is ClusterPeer {
  return clusterPeers.some((peer) => peer === name);
}

export const peerTitles: Readonly<Record<PeerName, string>> = {
  http: 'plain `http`, 401 to all',
  ws: 'bare `ws`',
  'ws-framed': 'framed once, gathered writes on `ws`',
  'fastify-websocket': '@fastify/websocket',
  'first-message': 'first-message JWT on `ws`',
  'jwt-in-url': 'JWT in the URL on `ws`',
  'address-agent': 'address and User-Agent on `ws`',
  'ticket-gate': 'plain ticket gate',
  'socket-io': 'Socket.IO, JWT, WebSocket only',
  bun: 'uWebSockets (in Bun)',
  usher: 'Usher',
  'socket-io-redis': 'Socket.IO, Redis adapter, 3 nodes',
  'socket-io-streams': 'Socket.IO, Redis Streams adapter, 3 nodes',
  'usher-postgres': 'Usher, 1 node, PostgreSQL',
  'usher-redis': 'Usher, 1 node, PostgreSQL and Redis',
  'usher-cluster': 'Usher, 3 nodes, PostgreSQL and Redis',
};

export interface RunningPeer {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const folder = join(import.meta.dirname, '../peers');
const installed = join(folder, 'node_modules/.package-lock.json');
/** Preloaded in all peers: collects garbage before memory readings. */
const collect = join(folder, 'collect.mjs');

/**
 * Starts V8's young generation at its maximum size, in megabytes. It would otherwise grow during the measurement, at different
 * times in different peers, and distort memory per connection.
 */
const youngGeneration = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Installs the packages of the peers from npm, unless the installed versions match the lockfile. */
export async function installPeers(): Promise<void> {
  if (isInstalled()) return;
  process.stderr.write('installing the peers (once) …\n');
  // Output goes to stderr, because stdout contains the results.
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  const [code] = (await once(npm, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the peers could not be installed: see the output of npm above');
}

function isInstalled(): boolean {
  if (!existsSync(installed)) return false;
  const versions = (file: string): Record<string, { readonly version?: string; readonly optional?: boolean }> =>
    (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { version?: string; optional?: boolean }> })
      .packages;
  const have = versions(installed);
  const want = Object.entries(versions(join(folder, 'package-lock.json')));
  return want.every(
    ([path, { version, optional }]) => path === '' || optional === true || have[path]?.version === version,
  );
}

export interface PeerOptions {
  /** The file for a CPU profile of Usher, written when the server stops. */
  readonly profile?: string | undefined;
  /** The file for the access log. Defaults to no log. */
  readonly log?: string | undefined;
  /** Environment variables. They override `usherSettings`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** @throws Error if the peer does not start, or if Bun has no package for this system */
export async function startPeer(peer: SinglePeer, accounts: Accounts, options: PeerOptions = {}): Promise<RunningPeer> {
  const { profile, log, settings } = options;
  const nodeArgs = ['--expose-gc', ...youngGeneration, '--import', collect];
  if (peer === 'usher') {
    const profiling =
      profile === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${dirname(profile)}`, `--cpu-prof-name=${basename(profile)}`];
    const logging = log === undefined ? {} : { LOG_LEVEL: 'info' };
    const env = { ...usherSettings, ...logging, ...settings, JWT_SECRET: accounts.secret };
    const { url, pid, stop } = await startServer({
      env,
      data: accounts.data,
      output: log,
      nodeArgs: [...nodeArgs, ...profiling],
    });
    return { pid, port: portOf(url), stop };
  }
  const program = join(folder, `${peer}.mjs`);
  const [command, ...args] =
    peer === 'bun' ? [bunPath(), '--preload', collect, program] : [process.execPath, ...nodeArgs, program];
  const child = await startChild(command, args, {
    name: peer,
    output: log,
    env: {
      JWT_SECRET: accounts.secret,
      NODE_ENV: 'production',
      ACCESS_LOG: log === undefined ? 'off' : 'on',
      ...settings,
    },
  });
  return { pid: child.pid, port: portOf(child.url), stop: () => child.end() };
}

/** Starts a reverse proxy for a port, with an access log. */
export async function startProxy(upstream: number, log: string): Promise<RunningPeer> {
  const child = await startChild(process.execPath, [join(folder, 'logging-proxy.mjs')], {
    name: 'the proxy',
    output: log,
    env: { UPSTREAM: String(upstream), ACCESS_LOG: 'on' },
  });
  return { pid: child.pid, port: portOf(child.url), stop: () => child.end() };
}

/** @returns the path of Bun, which has one npm package per system */
function bunPath(): string {
  for (const file of globSync('node_modules/@oven/bun-*/bin/bun', { cwd: folder })) return join(folder, file);
  throw new Error('the npm package bun does not support this system');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
