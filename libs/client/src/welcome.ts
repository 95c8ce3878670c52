import type { Event, RoomsProtocol } from '@usher/protocol';

/** The first frame of the server, in every protocol. `lease` is updated while the connection is open. */
export type Welcome = Event<RoomsProtocol, 'welcome'>;

/** Whether a frame is a welcome with the fields that the client requires. */
export function isWelcome(frame: object): frame is Welcome {
  const { type, heartbeatMs, limits } = frame as Partial<Welcome & { readonly type: string }>;
  return type === 'welcome' && Number(heartbeatMs) > 0 && Number(limits?.frameBytes) > 0;
}
