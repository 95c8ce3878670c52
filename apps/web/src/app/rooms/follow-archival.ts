import { type Signal, effect, untracked } from '@angular/core';

/**
 * Calls a function when the open room becomes read-only, or can be written to again; not for its first state. Must be called in an
 * injection context.
 *
 * @param isArchived `undefined` while the room is unknown
 */
export function followArchival(isArchived: Signal<boolean | undefined>, changed: (archived: boolean) => void): void {
  let before: boolean | undefined;
  effect(() => {
    const archived = isArchived();
    if (archived === undefined) return;
    if (before !== undefined && before !== archived) {
      untracked(() => {
        changed(archived);
      });
    }
    before = archived;
  });
}
