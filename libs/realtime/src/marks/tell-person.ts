import type { EventFrame, RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/hub.ts';

/** Sends an event to all connections of a user on this node, except those for which `except` returns true. */
export function tellPerson(
  connections: Connections<RoomsProtocol>,
  user: string,
  event: EventFrame<RoomsProtocol>,
  knows?: (connection: Connection) => boolean,
): void {
  const frame = connections.encode(event);
  for (const connection of connections.list({ user })) if (knows?.(connection) !== true) connection.send(frame);
}
