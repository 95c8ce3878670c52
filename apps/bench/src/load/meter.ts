import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './load.ts';

/** Wall time and CPU time of an interval, in milliseconds. CPU time exceeds wall time if several threads work. */
export interface Usage {
  readonly wallMs: number;
  /** CPU time of the server, or of all nodes and services of a deployment. Absent if the system does not report it. */
  readonly serverMs?: number;
  /** The parts of `serverMs` for a deployment, by service; `nodes` for its nodes. */
  readonly parts?: Readonly<Record<string, number>>;
  /** CPU time of the load generator. */
  readonly loadMs: number;
  /** CPU time of all processes of the machine, including these two. */
  readonly machineMs: number;
}

/** The unit of CPU times in `/proc` (time(7), USER_HZ). */
const tickMs = 10;
/**
 * The positions of `utime`, `stime`, and the same of child processes that have ended, after the name in parentheses
 * (proc_pid_stat(5)).
 */
const cpuFields = [11, 12, 13, 14];

/** The measured processes. */
export interface Measured {
  readonly nodes: readonly number[];
  /** Redis and PostgreSQL. */
  readonly services: Readonly<Record<string, number>>;
}

/**
 * Starts a measurement. The returned function ends it.
 *
 * @param processes called at the beginning and at the end. A process that starts in between counts completely; one that ends in
 *   between does not count
 */
export function startMeter(processes: () => Measured): () => Usage {
  const before = new Map(pidsOf(processes()).map((pid) => [pid, cpuMs(pid)]));
  const machineBefore = machineMs();
  const loadBefore = process.cpuUsage();
  const startedAt = performance.now();
  return () => {
    const wallMs = performance.now() - startedAt;
    const load = process.cpuUsage(loadBefore);
    const measured = processes();
    const known = { wallMs, loadMs: (load.user + load.system) / 1_000, machineMs: machineMs() - machineBefore };
    const used = new Map(pidsOf(measured).map((pid) => [pid, difference(cpuMs(pid), before.get(pid))]));
    const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + (used.get(pid) ?? 0), 0);
    if ([...used.values()].includes(undefined)) return known;
    const serverMs = sum(pidsOf(measured));
    const services = Object.entries(measured.services);
    if (services.length === 0) return { ...known, serverMs };
    const parts = Object.fromEntries(services.map(([name, pid]) => [name, sum([pid])]));
    return { ...known, serverMs, parts: { nodes: sum(measured.nodes), ...parts } };
  };
}

function pidsOf({ nodes, services }: Measured): number[] {
  return [...nodes, ...Object.values(services)];
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined ? undefined : after - (before ?? 0);
}

/** @returns the resident memory of a process in bytes; `undefined` if the system does not report it */
function residentBytes(pid: number): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** The CPU time of a process and its child processes: PostgreSQL has one per connection. */
function cpuMs(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = cpuFields.reduce((sum, field) => sum + Number(fields[field]), 0);
  const children = (readProc(pid, `task/${pid}/children`) ?? '').split(' ').filter((child) => child !== '');
  return children.reduce((sum, child) => sum + (cpuMs(Number(child)) ?? 0), ticks * tickMs);
}

function machineMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

const longestSettleMs = 6_000;

/** Collects garbage in a peer, and resolves to its resident memory in bytes when the value is stable, after at most 6 s. */
export async function settledBytes(pid: number): Promise<number> {
  const startedAt = performance.now();
  let bytes = Infinity;
  let stable = 0;
  while (stable < 3 && performance.now() - startedAt < longestSettleMs) {
    // See peers/collect.mjs.
    process.kill(pid, 'SIGCONT');
    await sleep(300);
    const now = residentBytes(pid);
    if (now === undefined) throw new Error('this system does not report resident memory');
    stable = Math.abs(now - bytes) < 100_000 ? stable + 1 : 0;
    bytes = now;
  }
  return bytes;
}

/**
 * Resolves to the 99th percentile or the maximum of the server's event-loop delay since the previous call, in milliseconds. Usher's metrics
 * sample it every 10 ms, so the value is at least 10. Resolves to `undefined` for peers without metrics.
 */
export async function eventLoopLagMs(
  { peer, port }: Target,
  figure: 'p99' | 'max' = 'p99',
): Promise<number | undefined> {
  if (!peer.startsWith('usher')) return undefined;
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const seconds = new RegExp(String.raw`^nodejs_eventloop_lag_${figure}_seconds (\S+)$`, 'm').exec(
    await response.text(),
  )?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

/** @returns how many times per second 4 KiB can be appended and synced to the disk that also holds the server's data */
export function syncsPerSecond(forMs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
  try {
    const file = openSync(join(folder, 'log'), 'a');
    const page = Buffer.alloc(4096, 'x');
    const startedAt = performance.now();
    let syncs = 0;
    while (performance.now() - startedAt < forMs) {
      writeSync(file, page);
      fdatasyncSync(file);
      syncs += 1;
    }
    const elapsedMs = performance.now() - startedAt;
    closeSync(file);
    return (syncs * 1_000) / elapsedMs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reserved for other open files and ports: ticket connections, and dials in progress. */
const spare = 400;

/** The number of concurrent connections that this system permits between two processes, and the setting that limits it. */
export interface ConnectionLimit {
  readonly connections: number;
  readonly reason: string;
}

/** Assumes no limit if the system does not report one. */
export function connectionLimit(server: number, load: number): ConnectionLimit {
  const limits: ConnectionLimit[] = [
    { connections: openFiles(read(`/proc/${server}/limits`)) - spare, reason: 'open files of the server (ulimit -n)' },
    { connections: openFiles(read(`/proc/${load}/limits`)) - spare, reason: 'open files of the load (ulimit -n)' },
    {
      connections: ports(read('/proc/sys/net/ipv4/ip_local_port_range')) - spare,
      reason: 'ports of one address (net.ipv4.ip_local_port_range)',
    },
  ];
  return limits.reduce((lowest, each) => (each.connections < lowest.connections ? each : lowest));
}

/** @returns the soft limit of open files from the text of proc_pid_limits(5) */
export function openFiles(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

/** @returns the number of ephemeral ports from the text `FIRST LAST` */
export function ports(range: string): number {
  const [, first, last] = /^(\d+)\s+(\d+)/.exec(range) ?? [];
  return first === undefined || last === undefined ? Infinity : Number(last) - Number(first) + 1;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
