import type { Message } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Logger } from '../support/log.ts';
import type { MessageFormat } from './content.ts';

/** A message on the bus. */
export interface RoomPayload {
  readonly seq: number;
  readonly epoch: string;
  /** The serialized message. */
  readonly text: string;
}

/** Publishes a durable message to all nodes, whether or not its room has members here. Never throws. */
export function publishMessage(
  message: Message,
  epoch: string,
  { bus, format, log }: { readonly bus: Bus; readonly format: MessageFormat; readonly log: Logger },
): void {
  try {
    bus.publish(`room:${message.room}`, `${message.seq} ${epoch} ${format.serialize(message)}`);
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
  return { seq, epoch: payload.slice(epochAt, textAt - 1), text: payload.slice(textAt) };
}
