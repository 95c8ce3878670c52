import type { Event, RawFrame, RoomsProtocol } from '@usher/protocol';

/** What the server says first. Part of every protocol; `lease` is kept up to date while the connection is open. */
export type Welcome = Event<RoomsProtocol, 'welcome'>;

/** Whether a frame is a welcome with all that this client builds upon. */
export function isWelcome(frame: RawFrame | Partial<Welcome>): frame is RawFrame & Welcome {
  const { type, user, heartbeatMs, lease, limits } = frame as Partial<RawFrame & Welcome>;
  return (
    type === 'welcome' &&
    typeof user === 'string' &&
    typeof heartbeatMs === 'number' &&
    typeof lease === 'number' &&
    typeof limits?.frameBytes === 'number'
  );
}
