import type { Event, RoomsProtocol } from '@usher/protocol';

/** What the server says first. Part of every protocol; `lease` is kept up to date while the connection is open. */
export type Welcome = Event<RoomsProtocol, 'welcome'>;

/** Whether a frame is a welcome, with what this client cannot do without. */
export function isWelcome(frame: object): frame is Welcome {
  const { type, heartbeatMs, limits } = frame as Partial<Welcome & { readonly type: string }>;
  return type === 'welcome' && Number(heartbeatMs) > 0 && Number(limits?.frameBytes) > 0;
}
