import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { openFiles, ports, startMeter } from './meter.ts';

it('reads the soft limit of open files', () => {
  const limits = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max processes             127931               127931               processes ',
    'Max open files            1024                 524288               files     ',
  ].join('\n');
  expect(openFiles(limits)).toBe(1_024);
});

it('counts the ephemeral ports', () => {
  expect(ports('32768\t60999\n')).toBe(28_232);
});

it('assumes no limit if the system reports none', () => {
  const limits = 'Max open files            unlimited            unlimited            files     ';
  expect([openFiles(''), openFiles(limits), ports('')]).toEqual([Infinity, Infinity, Infinity]);
});

it.runIf(process.platform === 'linux')('measures each process of a deployment, with its child processes', async () => {
  // The shell's child uses the CPU until it is killed, and the shell waits for it.
  const child = spawn('sh', ['-c', 'while :; do :; done & echo started; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await once(child.stdout, 'data');
    const idle = process.ppid;
    const stop = startMeter(() => ({ nodes: [idle], services: { Redis: child.pid ?? 0 } }));
    await expect.poll(() => stop().parts?.['Redis'], { timeout: 4_000 }).toBeGreaterThan(0);
    const { serverMs, parts } = stop();
    expect(serverMs).toBe((parts?.['nodes'] ?? NaN) + (parts?.['Redis'] ?? NaN));
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  }
});
