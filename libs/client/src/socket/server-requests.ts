import type {
  Protocol,
  RawFrame,
  ResponseSignal,
  ServerParams,
  ServerReplyInput,
  ServerRequestType,
} from '@usher/protocol';
import { RequestFailed, toRequestFailed } from './errors.ts';
import type { AnyHandler, CurrentState } from './states.ts';
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
  current.onRequest = (frame) => {
    const connection = current.welcome?.connection;
    void answerRequest(handlers, frame, (response) => {
      // A later connection may belong to another user.
      if (current.welcome?.connection === connection) current.signal('response', response);
    });
  };
  return () => {
    if (handlers.get(type) === handler) handlers.delete(type);
  };
}

/** Handles a request of the server and passes the response to `send`. Never rejects. */
async function answerRequest(
  handlers: ReadonlyMap<string, AnyHandler>,
  { request, name, params }: RawFrame,
  send: (response: ResponseSignal) => void,
): Promise<void> {
  const response = { request: Number(request) };
  try {
    const handler = handlers.get(String(name));
    if (!handler) throw new RequestFailed('unknown_type');
    const data = await handler(params as never);
    send({ ...response, data });
  } catch (error) {
    const { code, message } = toRequestFailed(error);
    send({ ...response, code, message });
  }
}
