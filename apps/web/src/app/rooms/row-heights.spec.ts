import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowHeights } from './row-heights.ts';

function heightsOf(...heights: number[]): RowHeights {
  const rows = new RowHeights();
  rows.splice(0, 0, heights);
  return rows;
}

describe('row heights', () => {
  test('give the position of each row', () => {
    const rows = heightsOf(10, 20, 30);
    expect([0, 1, 2, 3].map((index) => rows.top(index))).toEqual([0, 10, 30, 60]);
    expect(rows.total).toBe(60);
  });

  test('give the row at a position', () => {
    const rows = heightsOf(10, 20, 30);
    expect([-5, 0, 9.9, 10, 29, 30, 59, 600].map((y) => rows.indexAt(y))).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
    expect(new RowHeights().indexAt(5)).toBe(0);
  });

  test('move the rows after a measured row', () => {
    const rows = heightsOf(10, 20, 30);
    expect(rows.total).toBe(60);
    expect(rows.measure(0, 15)).toBe(true);
    expect(rows.measure(0, 15)).toBe(false);
    expect(rows.top(2)).toBe(35);
  });

  test('match a naive model after random insertions, removals and measurements', () => {
    const step = fc.record({
      at: fc.nat(40),
      removed: fc.nat(5),
      heights: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 12 }),
      measured: fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 300 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const rows = new RowHeights();
        const plain: number[] = [];
        for (const { at, removed, heights, measured } of steps) {
          const start = Math.min(at, plain.length);
          rows.splice(start, Math.min(removed, plain.length - start), heights);
          plain.splice(start, removed, ...heights);
          const [index, height] = measured;
          rows.measure(index, height);
          if (index < plain.length) plain[index] = height;
          const sum = (end: number): number => plain.slice(0, end).reduce((all, each) => all + each, 0);
          expect(rows.count).toBe(plain.length);
          expect(rows.total).toBe(sum(plain.length));
          for (let row = 0; row < plain.length; row++) {
            expect(rows.top(row)).toBe(sum(row));
            expect(rows.indexAt(sum(row) + 0.5)).toBe(row);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
