import { type Signal, computed, effect, inject, untracked } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { RoomDirectory } from './room-directory.ts';

/**
 * Follows whether the current room is archived. Must be called in an injection context.
 *
 * @param name the name of the room
 * @param messages its messages. A rejected one shows that the room may have been archived, if the `archived` event was missed
 * @param changed called when the room becomes read-only, or can be written to again; not for its first state
 */
export function followArchival(
  name: Signal<string>,
  messages: Signal<readonly RoomMessage[]>,
  changed: (archived: boolean) => void,
): void {
  const directory = inject(RoomDirectory);
  let before: boolean | undefined;
  effect(() => {
    const room = directory.find(name());
    if (room === undefined) return;
    const archived = room.archived === true;
    if (before !== undefined && before !== archived) {
      untracked(() => {
        changed(archived);
      });
    }
    before = archived;
  });
  const isForbidden = computed(() => messages().some(({ error }) => error === 'forbidden'));
  effect(() => {
    if (isForbidden()) untracked(() => void directory.load());
  });
}
