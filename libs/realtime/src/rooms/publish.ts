import { randomUUID } from 'node:crypto';
import type { RoomsProtocol } from '@usher/protocol';
import type { Connections } from '../connections/connections-types.ts';
import { withDeadline } from '../support/deadline.ts';
import { notFound, RequestError } from '../support/errors.ts';
import type { Logger } from '../support/log.ts';
import { encodePayload, formatOf, payloadFormat, requireLength } from './content.ts';
import type { Appended, History } from './history.ts';
import type { PublishOptions } from './room-types.ts';

export interface PublisherOptions {
  readonly connections: Pick<Connections<RoomsProtocol>, 'codec' | 'limits'>;
  readonly history: History;
  readonly append: History['append'];
  /** The epoch of a room that has members on this node, if it is known. */
  readonly epochOf: (room: string) => string | undefined;
  /** Delivers a message that was appended. */
  readonly deliver: (appended: Appended, epoch: string) => void;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** The default `from`: the same user as that of messages from other programs. */
const system = 'system';
/** No room has this epoch. Nodes that receive it read the message from the history. */
const unknownEpoch = 'unknown';
const keyOfServer = /^[^\0]{1,200}$/s;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const userOfServer = /^[\x21-\x7e]{1,64}$/;

/** Returns `Rooms.publish`. */
export function createPublisher({ connections, history, append, epochOf, deliver, timeoutMs, log }: PublisherOptions) {
  const { codec, limits } = connections;

  const format = formatOf(codec.protocol);
  const field = format === payloadFormat ? 'payload' : 'text';

  function encode(room: string, content: unknown): string {
    // The schema of `send` requires a UUID. The key of the server may be any text.
    const checked = codec.validateParams('send', { room, key: randomUUID(), [field]: content });
    if (checked.error !== undefined) throw new RequestError('bad_message', checked.error);
    const { text, payload } = checked.value as { readonly text: string; readonly payload?: object };
    const encoded = payload === undefined ? text.toWellFormed() : encodePayload(payload);
    requireLength(encoded, format, limits.textChars);
    return encoded;
  }

  async function lookUpEpoch(room: string): Promise<string> {
    try {
      return (await history.heads([room])).get(room)?.epoch ?? unknownEpoch;
    } catch (error) {
      log.error(
        { err: error, room },
        'the epoch of a room could not be read, so its nodes read the message from the history',
      );
      return unknownEpoch;
    }
  }

  return async function publish(
    room: string,
    content: unknown,
    { from = system, key = randomUUID() }: PublishOptions = {},
  ): Promise<{ readonly seq: number; readonly at: number }> {
    const text = encode(room, content);
    if (!keyOfServer.test(key)) throw new RequestError('bad_message', 'key must have 1 to 200 characters');
    if (!userOfServer.test(from)) {
      throw new RequestError('bad_message', 'from must have 1 to 64 visible ASCII characters');
    }
    const epoch = epochOf(room);
    const entry = { user: from, key: uuid.test(key) ? key.toLowerCase() : key, text };
    const published = append(room, entry).then(async (appended) => {
      deliver(appended, epoch ?? (await lookUpEpoch(room)));
      return appended.message;
    });
    try {
      // A message that becomes durable later is still delivered.
      const { seq, at } = await withDeadline('history.append', () => published, timeoutMs);
      return { seq, at };
    } catch (error) {
      throw notFound(error);
    }
  };
}
