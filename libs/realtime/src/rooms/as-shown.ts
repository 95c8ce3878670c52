import type { Message } from '@usher/protocol';

/** A message with nothing but what the protocol names, so no `key`; fields that it does not have are left out. */
export function asShown({ room, seq, id, from, text, at, edits, deletes, edited, deleted }: Message): Message {
  const message: Message = { room, seq, id, from, text, at };
  if (edits !== undefined) message.edits = edits;
  if (deletes !== undefined) message.deletes = deletes;
  if (edited !== undefined) message.edited = edited;
  if (deleted !== undefined) message.deleted = deleted;
  return message;
}
