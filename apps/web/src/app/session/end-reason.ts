import type { texts } from '../texts.ts';

/** Why nobody is signed in any more; each has its words in `texts.ended`. */
export type EndReason = keyof typeof texts.ended;

/** What the server's code (HTTP problem or close reason) means for the one who was signed in. */
export function endReasonOf(code: string | number | undefined): EndReason {
  if (code === 'token_expired') return 'expired';
  if (code === 'user_disabled') return 'disabled';
  return 'session_ended';
}
