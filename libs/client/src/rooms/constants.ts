/** The fixed numbers of rooms. esbuild inlines them only because this module imports no code. */
import type { roomBounds } from '@usher/protocol/server';

export const typingEveryMs: (typeof roomBounds)['typingEveryMs'] = 2_000;
export const typingForMs: (typeof roomBounds)['typingForMs'] = 5_000;
/** The server lists at most this many users. */
export const maxPresent = 2_000;
export const maxTyping = 100;

/** After this many retryable errors a message fails. */
export const maxFailures = 5;

/** Above this number of rooms, an `unread` event no longer creates a room. */
export const maxRooms = 1_000;
