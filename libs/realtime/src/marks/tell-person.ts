import type { EventFrame, RoomsProtocol } from '@usher/protocol';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/hub.ts';

/** Tells all of a person's connections here, but for those of which `knows` says that they need not be told. */
export function tellPerson(
  connections: Connections<RoomsProtocol>,
  user: string,
  event: EventFrame<RoomsProtocol>,
  knows?: (connection: Connection) => boolean,
): void {
  const frame = connections.encode(event);
  for (const connection of connections.list({ user })) if (knows?.(connection) !== true) connection.send(frame);
}
