import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

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
