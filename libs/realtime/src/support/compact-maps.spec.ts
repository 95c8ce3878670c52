import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactMap, CompactMultimap } from './compact-maps.ts';

const steps = fc.array(
  fc.record({ adds: fc.boolean(), key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.constantFrom(1, 2, 3) }),
  { maxLength: 30 },
);

test('a compact map behaves like a map for any sequence of additions and deletions', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const compact = new CompactMap<number>();
      const map = new Map<string, number>();
      for (const { adds, key, value } of sequence) {
        if (adds) {
          compact.set(key, value);
          map.set(key, value);
        } else {
          compact.delete(key);
          map.delete(key);
        }
        expect(compact.size).toBe(map.size);
        for (const name of ['a', 'b', 'c', 'd']) expect(compact.get(name)).toBe(map.get(name));
        expect(compact.list().toSorted()).toEqual([...map.values()].toSorted());
      }
    }),
  );
});

test('a compact multimap holds each value of a key once, for any sequence of additions and deletions', () => {
  const values = [{}, {}, {}, {}];
  fc.assert(
    fc.property(steps, (sequence) => {
      const compact = new CompactMultimap<object>();
      const sets = new Map<string, Set<object>>();
      for (const { adds, key, value: index } of sequence) {
        const value = values[index] ?? {};
        const set = sets.get(key) ?? new Set();
        sets.set(key, set);
        if (adds) {
          compact.add(key, value);
          set.add(value);
        } else {
          compact.delete(key, value);
          set.delete(value);
        }
        expect(compact.count(key)).toBe(set.size);
        expect(new Set(compact.get(key))).toEqual(set);
        expect(compact.get(key)).toHaveLength(set.size);
      }
    }),
  );
});
