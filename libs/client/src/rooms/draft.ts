import type { RoomMessage } from './room-types.ts';

/** What was written here and is not known to be in the room yet: a message, or a change of one. */
export interface Draft {
  readonly key: string;
  /** Of a change: the sequence of what it changes, or a message that had none yet when it was made. */
  readonly of?: number | Draft;
  /** Whether that is to be taken back. */
  readonly deletes?: true;
  text: string;
  at: number;
  status: RoomMessage['status'];
  error?: string | undefined;
  /** Whether it went out, so that it may be in the room already. */
  out: boolean;
  faults: number;
  /**
   * Where it stands in the room. Of a `sent` one because the server said so. Of any other it is only likely, since the same
   * person wrote the same text there; the answer to the key will tell.
   */
  seq?: number | undefined;
}

/** What a change changes: the sequence where the server has given one, else the message itself. */
export function targetOf({ of }: Pick<Draft, 'of'>): number | Draft | undefined {
  return typeof of === 'object' && of.status === 'sent' ? of.seq : of;
}

/** A message that the server does not have yet. */
export function shownDraft({ key, text, at, status, error }: Draft, from: string): RoomMessage {
  return { key, from, text, at, status, ...(error && { error }) };
}

/** A message as it looks with what is written here about it: that it is likely this very draft, or a change of it. */
export function overlaid(message: RoomMessage, draft: Draft): RoomMessage {
  const { key, of, deletes, text, at, status, error } = draft;
  if (of === undefined) return { ...message, key, status: 'sending' };
  if (message.deleted) return message;
  const failed = status === 'failed';
  const now = deletes ? !failed && { text: '', deleted: at } : { text, ...(!failed && { edited: at }) };
  // As long as the message itself is on its way, that is what counts.
  if (status === 'sent' || (message.status !== 'sent' && !message.change)) return { ...message, ...now };
  return {
    ...message,
    key: message.key ?? key,
    ...now,
    status,
    ...(error && { error }),
    change: deletes ? 'delete' : 'edit',
  };
}
