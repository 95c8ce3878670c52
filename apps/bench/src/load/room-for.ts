import { readFileSync } from 'node:fs';

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
