import type { RoomHandle, RoomMessage, RoomsOptions, RoomState } from '../rooms/room-types.ts';
import { createRooms } from '../rooms/rooms.ts';
import type { FakeServer } from './fake-server.ts';
import { openSocket, settle } from './new-socket.ts';

/** A room with all lists and states that it has emitted. */
export interface Watched {
  readonly room: RoomHandle;
  readonly lists: (readonly RoomMessage[])[];
  readonly states: RoomState[];
  /** The current messages. */
  readonly messages: readonly RoomMessage[];
  readonly state: RoomState;
  /** The current messages as text: `1 hello`, or `… hello` without a sequence number. */
  readonly texts: readonly string[];
}

export function watch(room: RoomHandle): Watched {
  const lists: (readonly RoomMessage[])[] = [];
  const states: RoomState[] = [];
  room.messages$.subscribe((messages) => lists.push(messages));
  room.state$.subscribe((state) => states.push(state));
  return {
    room,
    lists,
    states,
    get messages() {
      return lists.at(-1) ?? [];
    },
    get state() {
      return states.at(-1) ?? { name: 'waiting' };
    },
    get texts() {
      return this.messages.map(({ seq, text }) => `${seq ?? '…'} ${text}`);
    },
  };
}

/** Creates a connected client with the room `general`, which is not open yet. */
export async function newRooms(options: RoomsOptions = {}) {
  const setup = await openSocket();
  let keys = 0;
  const rooms = createRooms(setup.socket, { uuid: () => `key-${++keys}`, ...options });
  const general = watch(rooms.room('general'));
  return { ...setup, rooms, general, serverRoom: setup.server.room('general') };
}

/** The same, joined. */
export async function joinedRooms(options: RoomsOptions = {}) {
  const setup = await newRooms(options);
  setup.general.room.open();
  await settle();
  return setup;
}

/** Returns the gaps and duplicates in all emitted lists. Sequence numbers of changes are not gaps. */
export function faultsOf({ lists }: Watched, changes: ReadonlySet<number> = new Set()): string[] {
  const faults: string[] = [];
  for (const list of lists) {
    const seqs = list.flatMap(({ seq }) => seq ?? []);
    for (const [index, seq] of seqs.entries()) {
      const before = seqs[index - 1];
      if (before === undefined) continue;
      let next = before + 1;
      while (changes.has(next)) next++;
      if (seq !== next) faults.push(`${seq} after ${before}`);
    }
    const keys = list.flatMap(({ key }) => key ?? []);
    if (new Set(keys).size !== keys.length) faults.push(`a key twice: ${keys.join()}`);
  }
  return faults;
}

/** Describes the messages and changes that the client has sent: `send <key> hello`, `edit <key> 2 hello all`. */
export const writesOf = ({ server }: { readonly server: FakeServer }): string[] =>
  server.sockets.flatMap(({ received }) =>
    received.flatMap(({ type, key, text, edits, deletes }) =>
      type === 'send' || type === 'edit' || type === 'delete'
        ? [
            [type, key, edits ?? deletes, text]
              .filter((part) => part !== undefined)
              .map(String)
              .join(' '),
          ]
        : [],
    ),
  );
