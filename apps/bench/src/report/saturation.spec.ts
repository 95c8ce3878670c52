import { expect, it } from 'vitest';
import { saturated } from './saturation.ts';

it.each([
  [0.99, 0.4, 'server'],
  [0.5, 0.97, 'load'],
  [1.02, 0.9, 'both'],
  [0.3, 0.3, 'neither'],
  [undefined, 0.9, 'load'],
] as const)('a server at %d and a load at %d cores: %s', (server, load, verdict) => {
  expect(saturated(server, load)).toBe(verdict);
});
