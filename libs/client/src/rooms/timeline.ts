import type { AnyMessage as Message, AnyRoomMessage, RoomSnapshot } from './room-types.ts';

/** How many messages after a gap are buffered. Later ones are dropped, and read again with the history. */
const maxBuffered = 1_000;

/** A message that the server has confirmed. */
export type ConfirmedMessage = AnyRoomMessage & Pick<Message, 'seq' | 'id'>;

export type Timeline = ReturnType<typeof createTimeline>;

/**
 * Creates the contiguous list of a room's messages, built from frames in any order, with duplicates. A change of a message has a
 * sequence number but no entry in the list.
 *
 * @param held how many sequence numbers are kept when a new message arrives; the oldest are removed first
 * @param onApplied called with each applied message and change, in order
 */
export function createTimeline(held: number, onApplied: (message: Omit<Message, 'room'>) => void) {
  const buffered = new Map<number, Message>();
  /**
   * The last applied change of each message. An older page that was read before the change needs it. Messages of a page already
   * include the changes in that page.
   */
  const changes = new Map<number, Message>();
  let list: ConfirmedMessage[] = [];
  let first = 1;
  let cursor = 0;

  function change(message: Message, of: number): void {
    changes.set(of, message);
    const index = line.at(of);
    const listed = list[index];
    if (listed) list[index] = applyChange(listed, message);
  }

  /** Removes the oldest messages above the limit. */
  function trim(): void {
    if (cursor - first < held) return;
    first = cursor - held + 1;
    list.splice(0, lowerBound(list, first));
    if (changes.size > held) for (const [of, { seq }] of changes) if (seq < first) changes.delete(of);
  }

  const line = {
    /** The current list. It is modified in place, so that adding a message does not copy it. */
    get list(): readonly ConfirmedMessage[] {
      return list;
    },
    /** The first sequence number in the timeline; `cursor + 1` if it is empty. */
    get first(): number {
      return first;
    },
    /** The last applied sequence number. */
    get cursor(): number {
      return cursor;
    },
    /** The last known sequence number of the room. */
    known: 0,
    /** Returns the index of the message with this sequence number, or -1. */
    at(seq: number): number {
      const index = lowerBound(list, seq);
      return list[index]?.seq === seq ? index : -1;
    },
    /** Sets the key under which this client wrote the message. */
    setKey(seq: number, key: string): void {
      const index = line.at(seq);
      const listed = list[index];
      if (listed) list[index] = { ...listed, key };
    },
    /** Called when a join is requested. Drops the buffer, which belongs to the previous join. */
    rejoin(): void {
      buffered.clear();
      line.known = cursor;
    },
    /** Empties the list and continues after the sequence number `after`. Keeps the buffer. */
    restart(after: number): void {
      list = [];
      changes.clear();
      cursor = after;
      first = after + 1;
      line.known = Math.max(after, ...buffered.keys());
    },
    /** Replaces the list with messages whose state is that at the sequence number `seq`, and continues after it. */
    restore({ after, seq, messages }: RoomSnapshot<Message>): void {
      line.restart(after);
      // The messages already include the changes up to `seq`.
      list = messages.filter((message) => changedBy(message) === undefined).map(toConfirmed);
      cursor = seq;
      line.known = Math.max(line.known, seq);
      messages.forEach(onApplied);
    },
    /** Buffers a message until all earlier ones have been applied. */
    buffer(message: Message): void {
      const { seq } = message;
      if (!(seq > cursor)) return;
      line.known = Math.max(line.known, seq);
      if (buffered.size < maxBuffered || seq === cursor + 1) buffered.set(seq, message);
    },
    /** Applies these messages and the buffered ones, as far as they are contiguous. */
    add(messages: readonly Message[]): void {
      const before = cursor;
      function drain(): void {
        for (let next; (next = buffered.get(cursor + 1)); buffered.delete(cursor)) {
          cursor++;
          const of = changedBy(next);
          if (of === undefined) list.push(toConfirmed(next));
          else change(next, of);
          onApplied(next);
        }
      }
      drain();
      for (const message of messages) {
        line.buffer(message);
        drain();
      }
      if (cursor > before) trim();
    },
    /** Prepends older messages that are contiguous with the first one. */
    insertOlder(messages: readonly Message[]): void {
      const older: ConfirmedMessage[] = [];
      for (const message of messages.toSorted((one, other) => other.seq - one.seq)) {
        if (message.seq !== first - 1) continue;
        first--;
        if (changedBy(message) !== undefined) continue;
        const later = changes.get(message.seq);
        older.push(later ? applyChange(toConfirmed(message), later) : toConfirmed(message));
      }
      list = [...older.reverse(), ...list];
    },
  };
  return line;
}

/** Returns the sequence number of the message that this one changes, or `undefined` for a new message. */
function changedBy({ edits, deletes }: Pick<Message, 'edits' | 'deletes'>): number | undefined {
  return edits ?? deletes;
}

function toConfirmed({ seq, id, from, text, payload, at, edited, deleted }: Omit<Message, 'room'>): ConfirmedMessage {
  const now = deleted ? { text: '', deleted } : { ...(payload ? { payload } : { text }), ...(edited && { edited }) };
  return { seq, id, from, at, ...now, status: 'sent' };
}

function applyChange(message: ConfirmedMessage, { text, at, deletes }: Message): ConfirmedMessage {
  if (message.deleted) return message;
  if (deletes) return { ...(message.key && { key: message.key }), ...toConfirmed({ ...message, deleted: at }) };
  // The server removes the text of an edit if the message was deleted later. The deletion follows in the sequence.
  return text ? { ...message, text, edited: at } : message;
}

/** Returns the index of the first message from the sequence number `seq` on, or the length of the list if there is none. */
function lowerBound(list: readonly ConfirmedMessage[], seq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.seq ?? seq) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
