import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import type { RoomSnapshot } from '@usher/client/rooms';
import { Session } from '../session/session.ts';
import { deleteKeptRoom, keepRoom, takeKeptRoom } from '../storage/kept-room.ts';
import type { Place } from './open-rooms.ts';

/** The current room as it was when the page was left. */
export interface KeptRoom {
  readonly snapshot: RoomSnapshot;
  readonly place: Place;
}

/** The limits of what is kept: messages, and UTF-16 code units of their texts. Older messages are not kept. */
const maxMessages = 100;
const maxTextLength = 100_000;

/**
 * Keeps the last messages of the current room for a reload, so that they are shown before the server responds. The join replaces them if
 * they are out of date, and the next page load ignores them if the room denies access.
 *
 * They are in `sessionStorage`, which belongs to one tab, from the moment the page is left until it is loaded again. They belong to one
 * user and session: every other session ignores and deletes them, and so does every end of the session.
 */
@Service({ autoProvided: false })
export class RoomCache {
  private readonly session = inject(Session);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly owner = this.ownerNow();
  private kept = this.read();
  private getCurrent: (() => readonly [name: string, room: KeptRoom] | undefined) | undefined;

  constructor() {
    const leave = (): void => {
      this.write();
    };
    // The browser may show this page again without loading it. Its messages are in memory then.
    const show = (): void => {
      deleteKeptRoom(this.window);
    };
    this.window?.addEventListener('pagehide', leave);
    this.window?.addEventListener('pageshow', show);
    inject(DestroyRef).onDestroy(() => {
      this.window?.removeEventListener('pagehide', leave);
      this.window?.removeEventListener('pageshow', show);
      deleteKeptRoom(this.window);
    });
  }

  /** Returns the messages of a room from before the reload, once. */
  take(name: string): KeptRoom | undefined {
    const { kept } = this;
    this.kept = undefined;
    return kept?.name === name ? kept.room : undefined;
  }

  /** @param getCurrent called when the page is left; returns the current room */
  keepOnLeave(getCurrent: () => readonly [name: string, room: KeptRoom] | undefined): void {
    this.getCurrent = getCurrent;
  }

  private write(): void {
    const current = this.getCurrent?.();
    if (current === undefined || this.owner === undefined || this.owner !== this.ownerNow()) return;
    const [name, { snapshot, place }] = current;
    const { messages } = snapshot;
    let text = 0;
    const dropped = messages.findLastIndex((message) => (text += message.text.length) > maxTextLength) + 1;
    const after = messages[dropped - 1]?.seq ?? snapshot.after;
    const room = { snapshot: { ...snapshot, after, messages: messages.slice(dropped) }, place };
    keepRoom(this.window, JSON.stringify({ owner: this.owner, name, room }));
  }

  private read(): { readonly name: string; readonly room: KeptRoom } | undefined {
    const text = takeKeptRoom(this.window);
    try {
      const { owner, name, room } = JSON.parse(text ?? '{}') as Partial<Record<'owner' | 'name' | 'room', unknown>>;
      if (this.owner === undefined || owner !== this.owner || typeof name !== 'string' || !isKeptRoom(room))
        return undefined;
      return { name, room };
    } catch {
      return undefined;
    }
  }

  /** Identifies the user and session. */
  private ownerNow(): string | undefined {
    const state = this.session.state();
    return state.name === 'signed_in' ? JSON.stringify([state.user, state.session]) : undefined;
  }
}

/** The number of messages that a snapshot for the cache contains at most. */
export const keptMessages = maxMessages;

function isKeptRoom(value: unknown): value is KeptRoom {
  if (!isObject(value) || !isObject(value['snapshot'])) return false;
  const { place, snapshot } = value;
  const { epoch, after, seq, messages } = snapshot;
  const isPlace = place === 'end' || (isObject(place) && isSeq(place['seq']) && typeof place['offset'] === 'number');
  if (!isPlace || typeof epoch !== 'string' || !isSeq(after) || !isSeq(seq) || !Array.isArray(messages)) return false;
  let before = after;
  return messages.every((message: unknown) => {
    if (!isObject(message) || !isSeq(message['seq']) || message['seq'] <= before || message['seq'] > seq) return false;
    before = message['seq'];
    return (
      ['id', 'from', 'text'].every((name) => typeof message[name] === 'string') &&
      typeof message['at'] === 'number' &&
      ['edited', 'deleted'].every((name) => ['number', 'undefined'].includes(typeof message[name]))
    );
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
