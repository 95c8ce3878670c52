import type { Message, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { Disconnected } from '../errors.ts';
import type { TicketSocket } from '../ticket-socket.ts';
import { type Draft, overlaid, shownDraft, targetOf } from './draft.ts';
import { faultOf } from './fault.ts';
import { OutboxFull } from './outbox-full.ts';
import type { RoomMessage, Unsent } from './room-types.ts';
import type { Timeline } from './timeline.ts';

/** Errors that may pass are met so often, then a message has failed all the same. */
const mostFaults = 5;

/** What the outbox wants of its room. */
export interface OutboxRoom {
  readonly name: string;
  readonly timeline: Timeline;
  /** Whether it is joined: only then something goes out. */
  joined(): boolean;
  /** The server has lost sight of this connection in the room. */
  rejoin(): void;
  /** What is shown has changed. */
  show(): void;
  /** Something waits to be sent. */
  push(): void;
}

/** What was written here and is not known to be in the room yet: messages and changes of messages, in one order. */
export interface Outbox {
  readonly unsent$: BehaviorSubject<readonly Unsent[]>;
  readonly send: (text: string, key?: string) => string;
  readonly edit: (of: number | string, text: string, key?: string) => string;
  readonly remove: (of: number | string, key?: string) => string;
  readonly retry: (key: string) => void;
  readonly drop: (key: string) => void;
  /** Sends the next one, if it may and none is on its way. */
  pump(): void;
  /** The connection, or the state of the room, is another one: nothing is on its way any more. */
  interrupt(): void;
  /** What waits has failed with that code. */
  refuse(code: string): void;
  /** The list begins anew. In another history nothing that was in the old one is left. */
  restart(anotherHistory: boolean): void;
  /** A message or a change has its turn in the list. */
  told(message: Message): void;
  /** What the server has, and what is on its way there: a new array. */
  list(): RoomMessage[];
  wipe(): void;
}

export function createOutbox(
  room: OutboxRoom,
  socket: TicketSocket<RoomsProtocol>,
  { user, outbox, uuid }: { readonly user: () => string; readonly outbox: number; readonly uuid: () => string },
): Outbox {
  const { timeline } = room;
  const unsent$ = new BehaviorSubject<readonly Unsent[]>([]);
  let drafts: Draft[] = [];
  /** Whether there is something to tell of what is unsent. */
  let dirty = false;
  /** The request under way, or the pause after one. One at a time, so that order is kept. */
  let sending: object | undefined;

  function only(keep: (draft: Draft) => boolean): void {
    const kept = drafts.filter(keep);
    dirty ||= kept.length < drafts.length;
    drafts = kept;
  }

  function add(draft: Pick<Draft, 'text'> & Partial<Draft>, given: string | undefined): string {
    socket.recheck();
    if (drafts.length >= outbox) throw new OutboxFull('outbox full');
    const key = given ?? uuid();
    // Under a key of before it may have gone out then.
    drafts.push({ ...draft, key, at: Date.now(), status: 'waiting', out: given !== undefined, faults: 0 });
    dirty = true;
    room.push();
    return key;
  }

  /** Makes it wait for its turn, from now on with that text. */
  function again(draft: Draft, text = draft.text): string {
    Object.assign(draft, { text, status: 'waiting', error: undefined, faults: 0 });
    dirty = true;
    room.push();
    return draft.key;
  }

  /** What is to be changed: a sequence, or a message that was written here. */
  function find(of: number | string): number | Draft {
    socket.recheck();
    if (typeof of === 'number') return of;
    const found =
      drafts.find((each) => each.key === of && each.of === undefined) ??
      timeline.list.findLast(({ key }) => key === of)?.seq;
    if (found === undefined) throw new RangeError('no such message');
    return found;
  }

  /** The changes of one message that do not have to go out any more when another one is made. */
  function stale(target: number | Draft | undefined): Draft[] {
    return drafts.filter(
      (draft) =>
        draft.of !== undefined &&
        targetOf(draft) === target &&
        (draft.status === 'failed' || (draft.status === 'waiting' && !draft.out)),
    );
  }

  function keyOf(draft: Draft): string | undefined {
    const of = targetOf(draft);
    return typeof of === 'object' ? of.key : timeline.list[timeline.at(of ?? 0)]?.key;
  }

  /** The one that waits or has failed under that key, or else such a change of the message that has it. */
  function idle(key: string): Draft | undefined {
    const all = drafts.filter(({ status }) => status === 'waiting' || status === 'failed');
    return all.find((draft) => draft.key === key) ?? all.findLast((draft) => keyOf(draft) === key);
  }

  function forget(draft: Draft): void {
    only((each) => each !== draft && each.of !== draft);
  }

  function fail(draft: Draft, error: string): void {
    Object.assign(draft, { status: 'failed', error, seq: undefined });
  }

  function ask(draft: Draft, of: number | undefined) {
    const { key, text } = draft;
    const common = { room: room.name, key };
    if (of === undefined) return socket.request('send', { ...common, text });
    return draft.deletes
      ? socket.request('delete', { ...common, deletes: of })
      : socket.request('edit', { ...common, edits: of, text });
  }

  function pump(): void {
    // A change of what is not there yet has to wait for it, also where that one has failed for now.
    const draft = drafts.find((each) => each.status === 'waiting' && typeof targetOf(each) !== 'object');
    const of = draft && targetOf(draft);
    if (draft && typeof of !== 'object' && !sending && room.joined()) {
      const mine = (sending = {});
      const { out } = draft;
      draft.status = 'sending';
      draft.out = true;
      ask(draft, of)
        .then(({ seq, at }) => {
          if (mine === sending) acknowledged(draft, seq, at);
        })
        .catch((error: unknown) => {
          if (mine === sending && !(error instanceof Disconnected)) refused(draft, out, error);
        });
    }
    room.show();
  }

  function acknowledged(draft: Draft, seq: number, at: number): void {
    if (!(seq > 0)) throw new TypeError();
    // Whatever was only likely there was another one, with the same text.
    for (const other of drafts) if (other.seq === seq) other.seq = undefined;
    Object.assign(draft, { status: 'sent', seq, at });
    dirty = true;
    sending = undefined;
    pump();
  }

  function refused(draft: Draft, out: boolean, error: unknown): void {
    const mine = sending;
    const [code, retryAfterMs = 1_000] = faultOf(error);
    let pauseMs = 0;
    draft.status = 'waiting';
    // What the server does not take is not there; of what it failed at nobody knows.
    if (code !== 'internal') draft.out = out;
    if (code === 'rate_limited') pauseMs = retryAfterMs;
    else if ((code !== 'internal' && code !== 'not_joined') || ++draft.faults >= mostFaults) {
      const of = targetOf(draft);
      const shown = typeof of === 'number' ? timeline.list[timeline.at(of)] : draft;
      // Taken back already, perhaps elsewhere, as far as one can see: nothing is left to be done.
      if (shown ? 'deleted' in shown : code === 'not_found') forget(draft);
      else fail(draft, code);
    } else if (code === 'internal') pauseMs = 500 * 2 ** draft.faults;
    else {
      room.rejoin();
      return;
    }
    room.show();
    socket.later(pauseMs, () => {
      if (mine !== sending) return;
      sending = undefined;
      pump();
    });
  }

  /** Where in the list a message stands, by its sequence or, where it has not come back yet, by its key. */
  function shownAt(list: readonly RoomMessage[], at: Draft['of'], written: Draft['of']): number {
    const index = typeof at === 'number' ? timeline.at(at) : -1;
    return index < 0 && typeof written === 'object' ? list.findLastIndex(({ key }) => key === written.key) : index;
  }

  return {
    unsent$,
    // As the server will keep it, so that it is known again.
    send: (text, key) => add({ text: text.toWellFormed() }, key),
    edit(of, text, key) {
      const target = find(of);
      const well = text.toWellFormed();
      if (typeof target === 'object') {
        if (!target.out) return again(target, well);
        // It may be there with the text that it had.
        if (target.status === 'failed') again(target);
      }
      const before = stale(targetOf({ of: target }));
      const same = before.find(({ deletes, out }) => !deletes && !out);
      if (same) return again(same, well);
      only((draft) => !before.includes(draft));
      return add({ of: target, text: well }, key);
    },
    remove(of, key) {
      const target = find(of);
      if (typeof target === 'object' && (!target.out || target.status === 'failed')) {
        forget(target);
        room.show();
        return target.key;
      }
      const now = targetOf({ of: target });
      const before = stale(now);
      only((draft) => !before.includes(draft));
      const same = drafts.find((draft) => draft.deletes && targetOf(draft) === now);
      return same?.key ?? add({ of: target, text: '', deletes: true }, key);
    },
    retry(key) {
      const draft = idle(key);
      if (draft?.status === 'failed') again(draft);
    },
    drop(key) {
      const draft = idle(key);
      if (draft) forget(draft);
      room.show();
    },
    pump,
    interrupt() {
      sending = undefined;
      for (const draft of drafts) if (draft.status === 'sending') draft.status = 'waiting';
    },
    refuse(code) {
      for (const draft of drafts) if (draft.status === 'waiting') fail(draft, code);
      room.show();
    },
    restart(anotherHistory) {
      if (anotherHistory) only((draft) => draft.status !== 'sent' && typeof targetOf(draft) !== 'number');
      for (const draft of drafts) if (draft.status !== 'sent') draft.seq = undefined;
    },
    told({ seq, from, text, edits, deletes }) {
      if (deletes)
        only((draft) => targetOf(draft) !== deletes || draft.status === 'sending' || draft.status === 'sent');
      if (deletes ?? edits) return;
      if (from !== user() || drafts.some((draft) => draft.seq === seq)) return;
      // Perhaps one that was written here and whose answer is still to come.
      const likely = drafts.find(
        (draft) =>
          draft.of === undefined && draft.out && !draft.seq && draft.status !== 'failed' && draft.text === text,
      );
      if (likely) likely.seq = seq;
    },
    list() {
      // What is acknowledged and stands in the list, or lies before it, is no draft any more.
      drafts = drafts.filter(({ key, of, status, seq = 0 }) => {
        if (status !== 'sent' || seq > timeline.cursor) return true;
        if (of === undefined) timeline.name(seq, key);
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
        if (of === undefined && !(draft.seq && draft.status !== 'sent')) list.push(shownDraft(draft, from));
        else {
          const index = shownAt(list, of ?? draft.seq, draft.of);
          const message = list[index];
          if (message) list[index] = overlaid(message, draft);
        }
      }
      return list;
    },
    wipe() {
      only(() => false);
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
