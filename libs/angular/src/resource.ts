import { resource, type ResourceRef, signal } from '@angular/core';
import { Disconnected, type TicketSocket, whenOpen } from '@usher/client';
import type { ParamsInput, Reply, RequestType, RoomsProtocol } from '@usher/protocol';

/** The params of a load, and the identity that it belongs to. */
interface Load {
  readonly identity: number;
  readonly params: never;
}

/** Returns `Usher.resource`. */
export function createResources(
  socket: TicketSocket<RoomsProtocol>,
  inBrowser: boolean,
): <T extends RequestType<RoomsProtocol>>(
  type: T,
  params: () => ParamsInput<RoomsProtocol, T> | undefined,
) => ResourceRef<Reply<RoomsProtocol, T> | undefined> {
  /** Whether there was a connection for the current identity. Before, a load would keep the app from becoming stable. */
  const wasOpen = signal(false);
  const identity = signal(0);
  socket.cleared$.subscribe(() => {
    wasOpen.set(false);
    identity.update((count) => count + 1);
  });
  socket.welcome$.subscribe((welcome) => {
    if (welcome) wasOpen.set(true);
  });

  return (type, paramsOf) =>
    resource({
      params: (): Load | undefined => {
        const params = paramsOf();
        return inBrowser && wasOpen() && params !== undefined
          ? { identity: identity(), params: params as never }
          : undefined;
      },
      async loader({ params: { params }, abortSignal }) {
        for (;;) {
          await whenOpen(socket, abortSignal);
          try {
            return await socket.request(type, params, { signal: abortSignal });
          } catch (error) {
            if (!(error instanceof Disconnected)) throw error;
          }
        }
      },
    });
}
