import type { Reason } from '@usher/client';
import { parseEndCause } from '@usher/protocol';
import { endedTexts } from '../texts/session.ts';

/** Why the session ended. Each reason has a text in `endedTexts`. */
export type EndReason = keyof typeof endedTexts;

/** Returns the reason with that name, if it is known. */
export function endReasonOf(reason: string | undefined): EndReason {
  return reason !== undefined && isEndReason(reason) ? reason : 'session_ended';
}

/**
 * Returns the reason for which the server ended the connection permanently: from the close reason, or from the problem code of a rejected
 * ticket call.
 */
export function endReasonOfSocket({ code, text }: Reason): EndReason {
  return endReasonOf(code === 'user_disabled' ? code : parseEndCause(text));
}

function isEndReason(name: string): name is EndReason {
  return Object.hasOwn(endedTexts, name);
}
