import type { Message } from '@usher/protocol';
import { integer, type Row, string } from '../database/sqlite-values.ts';

/** The columns that `toMessage` reads. */
export const messageColumns = [
  'room',
  'seq',
  'id',
  'sender',
  'text',
  'at',
  'edits',
  'deletes',
  'edited_at',
  'deleted_at',
]
  .map((column) => `messages.${column}`)
  .join(', ');

export function toMessage(row: Row): Message {
  const message: Message = {
    room: string(row['room']),
    seq: integer(row['seq']),
    id: string(row['id']),
    from: string(row['sender']),
    text: string(row['text']),
    at: integer(row['at']),
  };
  const { edits, deletes, edited_at: edited, deleted_at: deleted } = row;
  if (edits != null) message.edits = integer(edits);
  if (deletes != null) message.deletes = integer(deletes);
  if (edited != null) message.edited = integer(edited);
  if (deleted != null) message.deleted = integer(deleted);
  return message;
}

/** Encodes the name of a room as one word of the text index. The tokenizer would split `my-room` into two words. */
export function roomWord(room: string): string {
  return Buffer.from(room).toString('hex');
}
