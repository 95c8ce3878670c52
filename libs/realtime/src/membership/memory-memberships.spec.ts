import { createMemoryHistory } from '../rooms/memory-history.ts';
import { type MembershipsUnderTest, membershipsContract, readMarkersContract } from '../testing.ts';
import { createMemoryMemberships, createMemoryReadMarkers, MemoryMembershipStore } from './memory-memberships.ts';

function open(): MembershipsUnderTest {
  const history = createMemoryHistory();
  const store = new MemoryMembershipStore(history);
  const node = () => ({
    memberships: createMemoryMemberships(store),
    readMarkers: createMemoryReadMarkers(store),
    history,
  });
  return {
    here: node(),
    there: node(),
    createRoom: (room) => {
      history.create(room);
    },
    interrupt: () => {
      store.available = false;
      return () => {
        store.available = true;
      };
    },
  };
}

membershipsContract('the memory implementation', open);
readMarkersContract('the memory implementation', open);
