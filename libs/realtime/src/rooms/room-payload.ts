import type { Message } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Logger } from '../support/log.ts';
import type { RealtimeTracing } from '../connections/tracing.ts';
import type { MessageFormat } from './content.ts';

/** A message on the bus. */
export interface RoomPayload {
  readonly seq: number;
  readonly epoch: string;
  /** The serialized message. */
  readonly text: string;
  /** `traceparent` (W3C Trace Context) of the operation that published it. */
  readonly traceparent: string | undefined;
}

/**
 * Precedes `traceparent` at the end of the epoch. Nodes of an earlier version take both for an epoch that they do not know, and read the
 * message from the history.
 */
const traceMark = ';';
const traceparentLength = 55;

interface PublishParts {
  readonly bus: Bus;
  readonly format: MessageFormat;
  readonly log: Logger;
  readonly tracing: RealtimeTracing | undefined;
}

/** Publishes a durable message to all nodes, whether or not its room has members here. Never throws. */
export function publishMessage(message: Message, epoch: string, { bus, format, log, tracing }: PublishParts): void {
  try {
    const traceparent = tracing?.traceparent();
    const suffix = traceparent === undefined ? '' : `${traceMark}${traceparent}`;
    bus.publish(`room:${message.room}`, `${message.seq} ${epoch}${suffix} ${format.serialize(message)}`);
  } catch (error) {
    log.error({ err: error, room: message.room }, 'a message could not be published');
  }
}

/** Returns `undefined` if the payload is invalid. */
export function parsePayload(payload: string): RoomPayload | undefined {
  const epochAt = payload.indexOf(' ') + 1;
  const textAt = payload.indexOf(' ', epochAt) + 1;
  const seq = Number(payload.slice(0, Math.max(0, epochAt - 1)));
  if (textAt === 0 || !Number.isSafeInteger(seq) || seq < 1) return undefined;
  const epochEnd = textAt - 1;
  const text = payload.slice(textAt);
  const markAt = epochEnd - traceparentLength - 1;
  if (markAt <= epochAt || payload[markAt] !== traceMark) {
    return { seq, epoch: payload.slice(epochAt, epochEnd), text, traceparent: undefined };
  }
  return { seq, epoch: payload.slice(epochAt, markAt), text, traceparent: payload.slice(markAt + 1, epochEnd) };
}
