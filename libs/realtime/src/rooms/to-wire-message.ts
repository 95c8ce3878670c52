import type { Message } from '@usher/protocol';

/**
 * Copies the fields that the protocol defines, so neither a `key` nor other fields of a store reach a client. Undefined fields are
 * omitted.
 */
export function toWireMessage({ room, seq, id, from, text, at, edits, deletes, edited, deleted }: Message): Message {
  const message: Message = { room, seq, id, from, text, at };
  if (edits !== undefined) message.edits = edits;
  if (deletes !== undefined) message.deletes = deletes;
  if (edited !== undefined) message.edited = edited;
  if (deleted !== undefined) message.deleted = deleted;
  return message;
}

/** Serializes the frame of a message, limited to the fields that the protocol defines. */
export function serializeMessage(message: Message): string {
  const { room, seq, id, from, text, at, edits, deletes, edited, deleted } = message;
  // Most messages are neither changes nor changed, and are serialized without a copy.
  const plain = (edits ?? deletes ?? edited ?? deleted) === undefined;
  return JSON.stringify(
    plain ? { type: 'message', room, seq, id, from, text, at } : { type: 'message', ...toWireMessage(message) },
  );
}
