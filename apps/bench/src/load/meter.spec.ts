import { expect, it } from 'vitest';
import { openFiles, ports } from './meter.ts';

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
