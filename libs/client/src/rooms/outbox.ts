import type { Message, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { type Draft, applyDraft, targetOf, toRoomMessage } from './unsent-change.ts';
import { errorCodeOf, handleReply } from './retry.ts';
import { OutboxFull } from '../socket/errors.ts';
import type { RoomHandle, RoomMessage, Unsent } from './room-types.ts';
import type { Timeline } from './timeline.ts';

/** After this many retryable errors a message fails. */
const maxFailures = 5;

/** The part of a room that the outbox uses. */
export interface OutboxRoom {
  readonly name: string;
  readonly timeline: Timeline;
  /** Whether the room is joined. The outbox sends only then. */
  joined(): boolean;
  /** Joins again. Called if the server reports that this connection has not joined the room. */
  rejoin(): void;
  /** Publishes the list of messages. */
  publish(): void;
  /** Called if an entry is ready to be sent. */
  flush(): void;
}

/** The queue of unacknowledged messages and changes of a room, in the order in which they were written. */
export interface Outbox {
  /** The part of the room handle that the outbox implements. */
  readonly handle: Pick<RoomHandle, 'unsent$' | 'send' | 'edit' | 'remove' | 'retry' | 'drop'>;
  /** Sends the next entry if the room is joined and no request is pending. */
  pump(): void;
  /** Called when the connection or the room state changes: returns the entry being sent to the queue. */
  interrupt(): void;
  /** Fails all waiting entries with this code. */
  failAll(code: string): void;
  /** Called when the timeline restarts. With a new epoch, entries that refer to the old sequence are removed. */
  restart(newEpoch: boolean): void;
  /** Called with each message and change that the timeline applies. */
  onApplied(message: Message): void;
  /** Returns a new array: the messages of the timeline, then the unsent ones. */
  list(): RoomMessage[];
  wipe(): void;
}

export function createOutbox(
  room: OutboxRoom,
  socket: TicketSocket<RoomsProtocol>,
  { user, maxUnsent, uuid }: { readonly user: () => string; readonly maxUnsent: number; readonly uuid: () => string },
): Outbox {
  const { timeline } = room;
  const unsent$ = new BehaviorSubject<readonly Unsent[]>([]);
  let drafts: Draft[] = [];
  /** Whether `unsent$` must emit. */
  let dirty = false;
  /** The pending request, or the pause after one. Only one at a time, to keep the order. */
  let sending: object | undefined;

  function retain(keep: (draft: Draft) => boolean): void {
    const kept = drafts.filter(keep);
    dirty ||= kept.length < drafts.length;
    drafts = kept;
  }

  function add(draft: Pick<Draft, 'text'> & Partial<Draft>, givenKey: string | undefined): string {
    socket.recheck();
    if (drafts.length >= maxUnsent) throw new OutboxFull();
    const key = givenKey ?? uuid();
    // With a given key it may have been sent before a reload.
    drafts.push({ ...draft, key, at: Date.now(), status: 'waiting', wasSent: givenKey !== undefined, failures: 0 });
    dirty = true;
    room.flush();
    return key;
  }

  /** Queues a draft again, with a new text if given. */
  function requeue(draft: Draft, text = draft.text): string {
    Object.assign(draft, { text, status: 'waiting', error: undefined, failures: 0 });
    dirty = true;
    room.flush();
    return draft.key;
  }

  /** Returns the target of a change: a sequence number, or a draft. */
  function find(of: number | string): number | Draft {
    socket.recheck();
    if (typeof of === 'number') return of;
    const found =
      drafts.find((each) => each.key === of && each.of === undefined) ??
      timeline.list.findLast(({ key }) => key === of)?.seq;
    if (found === undefined) throw new RangeError('no such message');
    return found;
  }

  /** Returns the changes of one message that a new change replaces. */
  function replacedBy(target: number | Draft | undefined): Draft[] {
    return drafts.filter(
      (draft) =>
        draft.of !== undefined &&
        targetOf(draft) === target &&
        (draft.status === 'failed' || (draft.status === 'waiting' && !draft.wasSent)),
    );
  }

  function keyOf(draft: Draft): string | undefined {
    const of = targetOf(draft);
    return typeof of === 'object' ? of.key : timeline.list[timeline.at(of ?? 0)]?.key;
  }

  /** Returns the waiting or failed draft with this key, or otherwise the last such change of the message with this key. */
  function findIdle(key: string): Draft | undefined {
    const all = drafts.filter(({ status }) => status === 'waiting' || status === 'failed');
    return all.find((draft) => draft.key === key) ?? all.findLast((draft) => keyOf(draft) === key);
  }

  function forget(draft: Draft): void {
    retain((each) => each !== draft && each.of !== draft);
  }

  function fail(draft: Draft, error: string): void {
    Object.assign(draft, { status: 'failed', error, seq: undefined });
  }

  function request(draft: Draft, of: number | undefined) {
    const { key, text } = draft;
    const common = { room: room.name, key };
    if (of === undefined) return socket.request('send', { ...common, text });
    return draft.deletes
      ? socket.request('delete', { ...common, deletes: of })
      : socket.request('edit', { ...common, edits: of, text });
  }

  function pump(): void {
    // A change of an unsent message waits until the message is sent, also if the message has failed.
    const draft = drafts.find((each) => each.status === 'waiting' && typeof targetOf(each) !== 'object');
    const of = draft && targetOf(draft);
    if (draft && typeof of !== 'object' && !sending && room.joined()) {
      const current = (sending = {});
      const { wasSent } = draft;
      draft.status = 'sending';
      draft.wasSent = true;
      handleReply(
        request(draft, of),
        () => current === sending,
        ({ seq, at }) => {
          acknowledged(draft, seq, at);
        },
        (error) => {
          refused(draft, wasSent, error);
        },
      );
    }
    room.publish();
  }

  function acknowledged(draft: Draft, seq: number, at: number): void {
    if (!(seq > 0)) throw new TypeError();
    // A draft whose guessed sequence number is this one was another message with the same text.
    for (const other of drafts) if (other.seq === seq) other.seq = undefined;
    Object.assign(draft, { status: 'sent', seq, at });
    dirty = true;
    sending = undefined;
    pump();
  }

  function refused(draft: Draft, wasSent: boolean, error: unknown): void {
    const current = sending;
    const [code, retryAfterMs = 1_000] = errorCodeOf(error);
    let pauseMs = 0;
    draft.status = 'waiting';
    // A rejected message was not stored. After an internal error the server may have stored it.
    if (code !== 'internal') draft.wasSent = wasSent;
    if (code === 'rate_limited') pauseMs = retryAfterMs;
    else if ((code !== 'internal' && code !== 'not_joined') || ++draft.failures >= maxFailures) {
      const of = targetOf(draft);
      const shown = typeof of === 'number' ? timeline.list[timeline.at(of)] : draft;
      // The message is already deleted, perhaps from another device, so nothing is left to do.
      if (shown ? 'deleted' in shown : code === 'not_found') forget(draft);
      else fail(draft, code);
    } else if (code === 'internal') pauseMs = 500 * 2 ** draft.failures;
    else {
      room.rejoin();
      return;
    }
    room.publish();
    socket.later(pauseMs, () => {
      if (current !== sending) return;
      sending = undefined;
      pump();
    });
  }

  /** Returns the index of a message in the list, by its sequence number or, if the message has not arrived yet, by its key. */
  function indexIn(list: readonly RoomMessage[], at: Draft['of'], written: Draft['of']): number {
    const index = typeof at === 'number' ? timeline.at(at) : -1;
    return index < 0 && typeof written === 'object' ? list.findLastIndex(({ key }) => key === written.key) : index;
  }

  return {
    handle: {
      unsent$,
      // The server stores well-formed text. The same text is needed to recognize the message.
      send: (text, key) => add({ text: text.toWellFormed() }, key),
      edit(of, text, key) {
        const target = find(of);
        const well = text.toWellFormed();
        if (typeof target === 'object') {
          if (!target.wasSent) return requeue(target, well);
          // The server may have it with the previous text.
          if (target.status === 'failed') requeue(target);
        }
        const before = replacedBy(targetOf({ of: target }));
        const same = before.find(({ deletes, wasSent }) => !deletes && !wasSent);
        if (same) return requeue(same, well);
        retain((draft) => !before.includes(draft));
        return add({ of: target, text: well }, key);
      },
      remove(of, key) {
        const target = find(of);
        if (typeof target === 'object' && (!target.wasSent || target.status === 'failed')) {
          forget(target);
          room.publish();
          return target.key;
        }
        const now = targetOf({ of: target });
        const before = replacedBy(now);
        retain((draft) => !before.includes(draft));
        const same = drafts.find((draft) => draft.deletes && targetOf(draft) === now);
        return same?.key ?? add({ of: target, text: '', deletes: true }, key);
      },
      retry(key) {
        const draft = findIdle(key);
        if (draft?.status === 'failed') requeue(draft);
      },
      drop(key) {
        const draft = findIdle(key);
        if (draft) forget(draft);
        room.publish();
      },
    },
    pump,
    interrupt() {
      sending = undefined;
      for (const draft of drafts) if (draft.status === 'sending') draft.status = 'waiting';
    },
    failAll(code) {
      for (const draft of drafts) if (draft.status === 'waiting') fail(draft, code);
      room.publish();
    },
    restart(newEpoch) {
      if (newEpoch) retain((draft) => draft.status !== 'sent' && typeof targetOf(draft) !== 'number');
      for (const draft of drafts) if (draft.status !== 'sent') draft.seq = undefined;
    },
    onApplied({ seq, from, text, edits, deletes }) {
      if (deletes)
        retain((draft) => targetOf(draft) !== deletes || draft.status === 'sending' || draft.status === 'sent');
      if (deletes ?? edits) return;
      if (from !== user() || drafts.some((draft) => draft.seq === seq)) return;
      // This is probably a draft whose reply has not arrived yet.
      const likely = drafts.find(
        (draft) =>
          draft.of === undefined && draft.wasSent && !draft.seq && draft.status !== 'failed' && draft.text === text,
      );
      if (likely) likely.seq = seq;
    },
    list() {
      // Drafts that are acknowledged and covered by the timeline are removed.
      drafts = drafts.filter(({ key, of, status, seq = 0 }) => {
        if (status !== 'sent' || seq > timeline.cursor) return true;
        if (of === undefined) timeline.setKey(seq, key);
        return false;
      });
      if (dirty) {
        dirty = false;
        unsent$.next(drafts.flatMap(unsentOf));
      }
      const list: RoomMessage[] = [...timeline.list];
      const from = user();
      for (const draft of drafts) {
        const of = targetOf(draft);
        if (of === undefined && !(draft.seq && draft.status !== 'sent')) list.push(toRoomMessage(draft, from));
        else {
          const index = indexIn(list, of ?? draft.seq, draft.of);
          const message = list[index];
          if (message) list[index] = applyDraft(message, draft);
        }
      }
      return list;
    },
    wipe() {
      retain(() => false);
      sending = undefined;
    },
  };
}

function unsentOf(draft: Draft): Unsent[] {
  const { key, text, status, deletes } = draft;
  if (status === 'sent') return [];
  const of = targetOf(draft);
  return [{ key, text, ...(of && { of: typeof of === 'object' ? of.key : of }), ...(deletes && { deletes }) }];
}
