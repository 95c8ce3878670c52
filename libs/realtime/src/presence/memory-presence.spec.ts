import { presenceContract } from '../testing.ts';
import { createMemoryPresence, MemoryPresenceStore } from './memory-presence.ts';

presenceContract('the memory presence', () => {
  let now = 0;
  const store = new MemoryPresenceStore({ now: () => now });
  return {
    here: createMemoryPresence(store),
    there: createMemoryPresence(store),
    advance: (ms) => {
      now += ms;
    },
    interrupt: () => {
      store.available = false;
      return () => {
        store.available = true;
      };
    },
  };
});
