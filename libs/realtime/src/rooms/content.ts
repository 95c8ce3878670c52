import type { Message, PayloadMessage } from '@usher/protocol';
import { roomBounds } from '@usher/protocol/server';
import { RequestError } from '../support/errors.ts';

/**
 * How the content of messages is stored and sent. The history stores a string: the text of a chat message, or a payload of the application
 * as JSON.
 */
export interface MessageFormat {
  /** Returns the frame of a message as JSON, limited to the fields that the protocol defines. */
  readonly serialize: (message: Message) => string;
  /**
   * Copies the fields that the protocol defines, so neither a `key` nor other fields of a store reach a client. Undefined fields are omitted.
   */
  readonly toWire: (message: Message) => Message;
}

export const textFormat: MessageFormat = {
  serialize(message) {
    const { room, seq, id, from, text, at, edits, deletes, edited, deleted } = message;
    // Most messages are neither changes nor changed, and are serialized without a copy.
    const plain = (edits ?? deletes ?? edited ?? deleted) === undefined;
    return JSON.stringify(
      plain ? { type: 'message', room, seq, id, from, text, at } : { type: 'message', ...toTextMessage(message) },
    );
  },
  toWire: toTextMessage,
};

export const payloadFormat: MessageFormat = {
  serialize({ room, seq, id, from, text, at }) {
    // The stored payload is already JSON.
    const fields = JSON.stringify({ type: 'message', room, seq, id, from, at });
    return `${fields.slice(0, -1)},"payload":${text}}`;
  },
  toWire({ room, seq, id, from, text, at }) {
    const message: PayloadMessage = { room, seq, id, from, payload: JSON.parse(text) as unknown, at };
    // Only `RoomsOptions.connections` determines which form messages have.
    return message as unknown as Message;
  },
};

/** The format of the messages of a protocol. */
export function formatOf({ rooms }: { readonly rooms?: unknown }): MessageFormat {
  return rooms === 'payload' ? payloadFormat : textFormat;
}

function toTextMessage({ room, seq, id, from, text, at, edits, deletes, edited, deleted }: Message): Message {
  const message: Message = { room, seq, id, from, text, at };
  if (edits !== undefined) message.edits = edits;
  if (deletes !== undefined) message.deletes = deletes;
  if (edited !== undefined) message.edited = edited;
  if (deleted !== undefined) message.deleted = deleted;
  return message;
}

/** Returns the stored form of a payload. It contains no `@`, so that stores find no mentions in it. */
export function encodePayload(payload: object): string {
  return JSON.stringify(payload).replaceAll('@', '\\u0040');
}

/**
 * Checks the length of the stored content of a message.
 *
 * @param textChars the maximum length of a text, in characters
 * @throws RequestError `too_long` if it is an empty text, or too long
 */
export function requireLength(content: string, format: MessageFormat, textChars: number): void {
  if (format === payloadFormat) {
    if (Buffer.byteLength(content) <= roomBounds.clientFrameBytes) return;
    throw new RequestError('too_long', `the payload must have at most ${roomBounds.clientFrameBytes} bytes as JSON`);
  }
  if (tooLong(content, textChars)) throw new RequestError('too_long', `text must have 1 to ${textChars} characters`);
}

/** Whether a text is empty or has more than `most` characters (code points, so a surrogate pair counts once). */
function tooLong(text: string, most: number): boolean {
  if (text.length <= most) return text.length === 0;
  if (text.length > most * 2) return true;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const next = text.charCodeAt(index + 1);
    // A surrogate pair counts as one character, and so does a lone surrogate.
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) index++;
    count++;
  }
  return count > most;
}
