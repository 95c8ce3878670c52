import type { SQLOutputValue } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { UnknownRoom } from '@usher/realtime';

/** The columns of a message, for `toMessage`. */
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

export type Row = Readonly<Record<string, SQLOutputValue>>;

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

/** @throws TypeError when the value is no text. */
export function string(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('the database holds something that is no text where text belongs');
  return value;
}

/** @throws TypeError when the value is no number. */
export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number')
    throw new TypeError('the database holds something that is no number where one belongs');
  return value;
}

export function unknownRoom(room: string): UnknownRoom {
  return new UnknownRoom(`there is no room ${room}`);
}
