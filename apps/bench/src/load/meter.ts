import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './load.ts';

/** What a stretch of time has cost, in milliseconds. More CPU than wall time means that more than one thread was at work. */
export interface Usage {
  readonly wallMs: number;
  /** CPU time of the server; absent where the system does not tell. */
  readonly serverMs?: number;
  /** CPU time of the load. */
  readonly loadMs: number;
  /** CPU time of everything on this machine, these two included. */
  readonly machineMs: number;
}

/** Linux counts in hundredths of a second towards programs, whatever it counts in itself (time(7), USER_HZ). */
const tickMs = 10;
/** Where `utime` and `stime` stand behind the name in parentheses (proc_pid_stat(5)). */
const userField = 11;
const systemField = 12;

/** Begins to measure; the function that it returns ends it. */
export function startMeter(server: number): () => Usage {
  const serverBefore = cpuMs(server);
  const machineBefore = machineMs();
  const loadBefore = process.cpuUsage();
  const begun = performance.now();
  return () => {
    const wallMs = performance.now() - begun;
    const load = process.cpuUsage(loadBefore);
    const serverAfter = cpuMs(server);
    const known = { wallMs, loadMs: (load.user + load.system) / 1_000, machineMs: machineMs() - machineBefore };
    if (serverBefore === undefined || serverAfter === undefined) return known;
    return { ...known, serverMs: serverAfter - serverBefore };
  };
}

/** Resident memory of a process in bytes; `undefined` where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function cpuMs(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[userField]) + Number(fields[systemField])) * tickMs;
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

/** What is resident once garbage has been collected and the number stands still. */
export async function settledBytes(pid: number): Promise<number> {
  const begun = performance.now();
  let bytes = Infinity;
  let still = 0;
  while (still < 3 && performance.now() - begun < longestSettleMs) {
    // See peers/collect.mjs.
    process.kill(pid, 'SIGCONT');
    await sleep(300);
    const now = residentBytes(pid);
    if (now === undefined) throw new Error('this system does not tell what is resident');
    still = Math.abs(now - bytes) < 100_000 ? still + 1 : 0;
    bytes = now;
  }
  return bytes;
}

/**
 * The 99th percentile of the delay of the server's event loop since this was asked last, in milliseconds, as its own metrics
 * tell (they sample every 10 ms, so it is never less); `undefined` for peers that tell nothing.
 */
export async function eventLoopLagMs({ peer, port }: Target): Promise<number | undefined> {
  if (peer !== 'usher') return undefined;
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await answer.text())?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

/** How often a second 4 KiB can be appended and made durable, on the disk where the server's data are too. */
export function syncsPerSecond(forMs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
  try {
    const file = openSync(join(folder, 'log'), 'a');
    const page = Buffer.alloc(4096, 'x');
    const begun = performance.now();
    let syncs = 0;
    while (performance.now() - begun < forMs) {
      writeSync(file, page);
      fdatasyncSync(file);
      syncs += 1;
    }
    const tookMs = performance.now() - begun;
    closeSync(file);
    return (syncs * 1_000) / tookMs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For everything that is open besides connections: files, lines for tickets, dials under way. */
const spare = 400;

/** How many connections at once this system allows between two processes, and what it is that allows no more. */
export interface RoomFor {
  readonly connections: number;
  readonly because: string;
}

/** Of a system that does not tell, everything is believed. */
export function roomFor(server: number, load: number): RoomFor {
  const limits: RoomFor[] = [
    { connections: openFiles(read(`/proc/${server}/limits`)) - spare, because: 'open files of the server (ulimit -n)' },
    { connections: openFiles(read(`/proc/${load}/limits`)) - spare, because: 'open files of the load (ulimit -n)' },
    {
      connections: ports(read('/proc/sys/net/ipv4/ip_local_port_range')) - spare,
      because: 'ports of one address (net.ipv4.ip_local_port_range)',
    },
  ];
  return limits.reduce((least, each) => (each.connections < least.connections ? each : least));
}

/** The soft limit, out of what proc_pid_limits(5) has. */
export function openFiles(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

/** How many ports the system gives to connections that name none, out of `FIRST LAST`. */
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
