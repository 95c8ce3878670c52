import { OutboxFull } from '@usher/client/rooms';
import { composerTexts, roomTexts } from '../texts/room.ts';

/** Describes why a room cannot be shown. @param wasShown whether its messages were visible before */
export function denialText(
  code: string | undefined,
  wasShown: boolean,
): { readonly heading: string; readonly hint: string } {
  if (code === 'too_many_rooms') return { heading: roomTexts.full, hint: roomTexts.fullHint };
  return wasShown
    ? { heading: roomTexts.removed, hint: roomTexts.removedHint }
    : { heading: roomTexts.denied, hint: roomTexts.deniedHint };
}

/** Describes why a text could not be added to the outbox. */
export function writeErrorText(error: unknown): string {
  if (error instanceof OutboxFull) return composerTexts.outboxFull;
  // The message with that sequence number or key no longer exists.
  return error instanceof RangeError ? composerTexts.gone : composerTexts.failed;
}
