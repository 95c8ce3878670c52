/** Which side had no CPU left. `neither`: both waited, for the disk, for a clock, or for each other. */
export type Saturated = 'server' | 'load' | 'both' | 'neither';

/** A thread that is busy for so much of the time has nothing left; the rest goes to whatever else the machine does. */
const full = 0.85;

/** @param serverShare CPU time by wall time; 1 is one core. Absent where the system does not tell. */
export function saturated(serverShare: number | undefined, loadShare: number): Saturated {
  const server = (serverShare ?? 0) >= full;
  const load = loadShare >= full;
  if (server && load) return 'both';
  if (server) return 'server';
  return load ? 'load' : 'neither';
}
