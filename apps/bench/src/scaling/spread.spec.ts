import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { nodesWith } from './spread.ts';

it('is one node for one person, and all of them for a crowd', () => {
  expect(nodesWith(1, 50)).toBeCloseTo(1);
  expect(nodesWith(1_000_000, 50)).toBeCloseTo(50);
  expect(nodesWith(20, 1)).toBeCloseTo(1);
  expect(nodesWith(20, 1_000_000)).toBeCloseTo(20, 2);
});

it('agrees with people who are really thrown onto nodes', () => {
  const random = seededRandom(7);
  const [people, nodes, throws] = [20, 50, 4_000];
  let sum = 0;
  for (let n = 0; n < throws; n += 1) {
    sum += new Set(Array.from({ length: people }, () => Math.floor(random() * nodes))).size;
  }
  expect(Math.abs(sum / throws - nodesWith(people, nodes))).toBeLessThan(0.1);
});
