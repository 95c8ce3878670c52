import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memberships } from './memberships.ts';

test('memberships behave like a map for any sequence of additions and deletions', () => {
  const step = fc.record({ enters: fc.boolean(), room: fc.constantFrom('a', 'b', 'c', 'd') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const memberships = new Memberships<{ readonly room: { readonly name: string } }>();
      const map = new Map<string, { readonly room: { readonly name: string } }>();
      for (const { enters, room } of steps) {
        if (enters) {
          const membership = { room: { name: room } };
          memberships.add(membership);
          map.set(room, membership);
        } else {
          memberships.delete(room);
          map.delete(room);
        }
        expect(memberships.size).toBe(map.size);
        for (const name of ['a', 'b', 'c', 'd']) expect(memberships.get(name)).toBe(map.get(name));
        expect(new Set(memberships.list())).toEqual(new Set(map.values()));
      }
    }),
  );
});
