import { BehaviorSubject } from 'rxjs';
import { applyDraft, type Draft, targetOf, toRoomMessage, toUnsent } from './draft.ts';
import type { AnyRoomMessage, AnyUnsent, Content } from './room-types.ts';
import type { Timeline } from './timeline.ts';

/** Creates the queue of the drafts of a room that are not in the timeline yet, in the order in which they were written. */
export function createDraftQueue(timeline: Timeline) {
  const unsent$ = new BehaviorSubject<readonly AnyUnsent[]>([]);
  let drafts: Draft[] = [];
  /** Whether `unsent$` must emit. */
  let changed = false;

  /** Removes the drafts for which `keep` returns `false`. */
  function retain(keep: (draft: Draft) => boolean): void {
    const kept = drafts.filter(keep);
    changed ||= kept.length < drafts.length;
    drafts = kept;
  }

  function keyOfTarget(draft: Draft): string | undefined {
    const of = targetOf(draft);
    return typeof of === 'object' ? of.key : timeline.list[timeline.at(of ?? 0)]?.key;
  }

  return {
    unsent$,
    get drafts(): readonly Draft[] {
      return drafts;
    },
    add(draft: Draft): void {
      drafts.push(draft);
      changed = true;
    },
    /** Makes a draft wait again, with a new content if given. */
    requeue(draft: Draft, content: Content = draft.content): void {
      Object.assign(draft, { content, status: 'waiting', error: undefined, failures: 0 });
      changed = true;
    },
    /** Marks a draft as stored by the server. */
    acknowledge(draft: Draft, seq: number, at: number): void {
      // A draft whose guessed sequence number is this one was another message with the same text.
      for (const other of drafts) if (other.seq === seq) other.seq = undefined;
      Object.assign(draft, { status: 'sent', seq, at });
      changed = true;
    },
    retain,
    /** Removes a draft and its changes. */
    remove(draft: Draft): void {
      retain((each) => each !== draft && each.of !== draft);
    },
    /** Removes the acknowledged drafts that the timeline covers, and emits the unsent ones if they have changed. */
    settle(): void {
      drafts = drafts.filter(({ key, of, status, seq = 0 }) => {
        if (status !== 'sent' || seq > timeline.cursor) return true;
        if (of === undefined) timeline.setKey(seq, key);
        return false;
      });
      if (!changed) return;
      changed = false;
      unsent$.next(drafts.flatMap(toUnsent));
    },
    /** Returns the target of a change, given by sequence number or key. Throws RangeError if there is no such message. */
    find(of: number | string): number | Draft {
      if (typeof of === 'number') return of;
      const found =
        drafts.find((each) => each.key === of && each.of === undefined) ??
        timeline.list.findLast(({ key }) => key === of)?.seq;
      if (found === undefined) throw new RangeError('no such message');
      return found;
    },
    /** Returns the waiting or failed draft with this key, or otherwise the last such change of the message with this key. */
    findIdle(key: string): Draft | undefined {
      const all = drafts.filter(({ status }) => status === 'waiting' || status === 'failed');
      return all.find((draft) => draft.key === key) ?? all.findLast((draft) => keyOfTarget(draft) === key);
    },
  };
}

/** Returns the messages of the timeline with the drafts applied, followed by the unsent messages of the user `from`. */
export function withDrafts(timeline: Timeline, drafts: readonly Draft[], from: string): AnyRoomMessage[] {
  const list: AnyRoomMessage[] = [...timeline.list];
  for (const draft of drafts) {
    const of = targetOf(draft);
    if (of === undefined && !(draft.seq && draft.status !== 'sent')) list.push(toRoomMessage(draft, from));
    else {
      const at = of ?? draft.seq;
      let index = typeof at === 'number' ? timeline.at(at) : -1;
      // A message that has not arrived yet has only a key.
      const { of: written } = draft;
      if (index < 0 && typeof written === 'object') index = list.findLastIndex(({ key }) => key === written.key);
      const message = list[index];
      if (message) list[index] = applyDraft(message, draft);
    }
  }
  return list;
}
