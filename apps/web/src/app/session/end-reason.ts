import type { Reason } from '@usher/client';
import { endCauseOf } from '@usher/protocol';
import { endedTexts } from '../texts/ended.ts';

/** Why nobody is signed in any more; each has its words in `endedTexts`. */
export type EndReason = keyof typeof endedTexts;

/** The reason by that name, where there are words for it. */
export function endReasonOf(reason: string | undefined): EndReason {
  return reason !== undefined && isEndReason(reason) ? reason : 'session_ended';
}

/** Why the server let go of the socket for good: the cause stands in the close reason, or in the refusal of a ticket. */
export function endReasonOfSocket({ code, text }: Reason): EndReason {
  return endReasonOf(code === 'user_disabled' ? code : endCauseOf(text));
}

function isEndReason(name: string): name is EndReason {
  return Object.hasOwn(endedTexts, name);
}
