import type { Protocol, ResponseSignal, ServerParams, ServerReplyInput, ServerRequestType } from '@usher/protocol';
import { RequestFailed, toRequestFailed } from './errors.ts';
import type { CurrentState } from './states.ts';
import type { TicketSocket } from './ticket-socket.ts';

/**
 * Handles a request of the server. The handler returns the reply or a promise of it. If it throws a `RequestFailed`, the server gets its code
 * and message, otherwise `internal`. A later handler of the same request replaces the earlier one. For a request without a handler, the server
 * gets `unknown_type`.
 *
 * @returns a function that removes the handler
 */
export function handleRequest<P extends Protocol, T extends ServerRequestType<P>>(
  socket: TicketSocket<P>,
  type: T,
  handler: (params: ServerParams<P, T>) => ServerReplyInput<P, T> | Promise<ServerReplyInput<P, T>>,
): () => void {
  const current = socket as unknown as CurrentState & { signal(type: 'response', response: ResponseSignal): void };
  const handlers = (current.requestHandlers ??= new Map());
  handlers.set(type, handler);

  current.onRequest = async ({ request, name, params }) => {
    const connection = current.welcome?.connection;
    function respond(outcome: Omit<ResponseSignal, 'request'>): void {
      // A later connection may belong to another user.
      if (current.welcome?.connection !== connection) return;
      current.signal('response', { request: Number(request), ...outcome });
    }
    try {
      const found = handlers.get(String(name));
      if (!found) throw new RequestFailed('unknown_type');
      respond({ data: await found(params as never) });
    } catch (error) {
      const { code, message } = toRequestFailed(error);
      respond({ code, message });
    }
  };

  return () => {
    if (handlers.get(type) === handler) handlers.delete(type);
  };
}
