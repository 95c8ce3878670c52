import type { RoomsProtocol } from '@usher/protocol';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { maxFailures } from './constants.ts';
import { type Draft, failDraft, fieldOf, isReplaceable, targetOf } from './draft.ts';
import { createDraftQueue, withDrafts } from './draft-queue.ts';
import { handleReply } from './retry.ts';
import { OutboxFull, toRequestFailed } from '../socket/errors.ts';
import type { AnyMessage, AnyRoomHandle, AnyRoomMessage, Content } from './room-types.ts';
import type { Timeline } from './timeline.ts';

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

/** Creates the outbox of a room: it sends messages and changes in the order in which they were written, each exactly once. */
export function createOutbox(
  room: OutboxRoom,
  socket: TicketSocket<RoomsProtocol>,
  { user, maxUnsent, uuid }: { readonly user: () => string; readonly maxUnsent: number; readonly uuid: () => string },
) {
  const { timeline } = room;
  const queue = createDraftQueue(timeline);
  /** The pending request, or the pause after one. Only one at a time, to keep the order. */
  let sending: object | undefined;

  function add(draft: Pick<Draft, 'content'> & Partial<Draft>, givenKey: string | undefined): string {
    if (queue.drafts.length >= maxUnsent) throw new OutboxFull();
    const key = givenKey ?? uuid();
    // With a given key it may have been sent before a reload.
    queue.add({ ...draft, key, at: Date.now(), status: 'waiting', wasSent: givenKey !== undefined, failures: 0 });
    room.flush();
    return key;
  }

  function requeue(draft: Draft, content?: Content): string {
    queue.requeue(draft, content);
    room.flush();
    return draft.key;
  }

  /** Sends a message, or a change whose target has a sequence number. */
  function request(draft: Draft) {
    const of = targetOf(draft) as number | undefined;
    const common = { room: room.name, key: draft.key };
    // The content is a text, or a payload in a protocol that has payloads.
    const content = fieldOf(draft.content) as { text: string };
    if (of === undefined) return socket.request('send', { ...common, ...content });
    return draft.deletes
      ? socket.request('delete', { ...common, deletes: of })
      : socket.request('edit', { ...common, edits: of, ...content });
  }

  /** Sends the next entry if the room is joined and no request is pending. */
  function pump(): void {
    // A change of an unsent message waits until the message is sent, even if the message has failed.
    const draft = queue.drafts.find((each) => each.status === 'waiting' && typeof targetOf(each) !== 'object');
    if (draft && !sending && room.joined()) {
      const current = (sending = {});
      const { wasSent } = draft;
      draft.status = 'sending';
      draft.wasSent = true;
      handleReply(
        request(draft),
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
    queue.acknowledge(draft, seq, at);
    sending = undefined;
    pump();
  }

  function refused(draft: Draft, wasSent: boolean, error: unknown): void {
    const current = sending;
    const { code, retryAfterMs = 1_000 } = toRequestFailed(error);
    let pauseMs = 0;
    draft.status = 'waiting';
    // A rejected message was not stored. After an internal error the server may have stored it.
    if (code !== 'internal') draft.wasSent = wasSent;
    if (code === 'rate_limited') pauseMs = retryAfterMs;
    else if ((code !== 'internal' && code !== 'not_joined') || ++draft.failures >= maxFailures) {
      const of = targetOf(draft);
      const target = typeof of === 'number' ? timeline.list[timeline.at(of)] : draft;
      // The message is already deleted, perhaps from another device, so nothing is left to do.
      if (target ? 'deleted' in target : code === 'not_found') queue.remove(draft);
      else failDraft(draft, code);
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

  /** The part of the room handle that the outbox implements. */
  const handle: Pick<AnyRoomHandle, 'unsent$' | 'send' | 'edit' | 'remove' | 'retry' | 'drop'> = {
    unsent$: queue.unsent$,
    send(content, key) {
      socket.recheck();
      // The server stores well-formed text. The same text is needed to recognize the message.
      return add({ content: typeof content === 'string' ? content.toWellFormed() : content }, key);
    },
    edit(of, text, key) {
      socket.recheck();
      const target = queue.find(of);
      const wellFormed = text.toWellFormed();
      if (typeof target === 'object') {
        if (!target.wasSent) return requeue(target, wellFormed);
        // The server may have it with the previous text.
        if (target.status === 'failed') requeue(target);
      }
      const now = targetOf({ of: target });
      const same = queue.drafts.find((draft) => !draft.deletes && !draft.wasSent && isReplaceable(draft, now));
      if (same) return requeue(same, wellFormed);
      queue.retain((draft) => !isReplaceable(draft, now));
      return add({ of: target, content: wellFormed }, key);
    },
    remove(of, key) {
      socket.recheck();
      const target = queue.find(of);
      if (typeof target === 'object' && (!target.wasSent || target.status === 'failed')) {
        queue.remove(target);
        room.publish();
        return target.key;
      }
      const now = targetOf({ of: target });
      queue.retain((draft) => !isReplaceable(draft, now));
      const same = queue.drafts.find((draft) => draft.deletes && targetOf(draft) === now);
      return same?.key ?? add({ of: target, content: '', deletes: true }, key);
    },
    retry(key) {
      const draft = queue.findIdle(key);
      if (draft?.status === 'failed') requeue(draft);
    },
    drop(key) {
      const draft = queue.findIdle(key);
      if (draft) queue.remove(draft);
      room.publish();
    },
  };

  return {
    handle,
    pump,
    /** Called when the connection or the room state changes: returns the entry being sent to the queue. */
    interrupt(): void {
      sending = undefined;
      for (const draft of queue.drafts) if (draft.status === 'sending') draft.status = 'waiting';
    },
    /** Fails all waiting entries with this code. */
    failAll(code: string): void {
      for (const draft of queue.drafts) if (draft.status === 'waiting') failDraft(draft, code);
      room.publish();
    },
    /** Called when the timeline restarts. With a new epoch, entries that refer to the old sequence are removed. */
    restart(newEpoch: boolean): void {
      if (newEpoch) queue.retain((draft) => draft.status !== 'sent' && typeof targetOf(draft) !== 'number');
      for (const draft of queue.drafts) if (draft.status !== 'sent') draft.seq = undefined;
    },
    /** Called with each message and change that the timeline applies. */
    onApplied({ seq, from, text, payload, edits, deletes }: Omit<AnyMessage, 'room'>): void {
      if (deletes) {
        queue.retain((draft) => targetOf(draft) !== deletes || draft.status === 'sending' || draft.status === 'sent');
      }
      if (deletes ?? edits) return;
      if (from !== user() || queue.drafts.some((draft) => draft.seq === seq)) return;
      // This is probably a draft whose reply has not arrived yet.
      const content = JSON.stringify(payload ?? text);
      const likely = queue.drafts.find(
        (draft) =>
          draft.of === undefined &&
          draft.wasSent &&
          !draft.seq &&
          draft.status !== 'failed' &&
          JSON.stringify(draft.content) === content,
      );
      if (likely) likely.seq = seq;
    },
    /** Returns a new array: the messages of the timeline, then the unsent ones. */
    list(): AnyRoomMessage[] {
      queue.settle();
      return withDrafts(timeline, queue.drafts, user());
    },
    wipe(): void {
      queue.retain(() => false);
      sending = undefined;
    },
  };
}
