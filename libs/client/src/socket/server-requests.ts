import type { RawFrame, ResponseSignal } from '@usher/protocol';
import { RequestFailed, toRequestFailed } from './errors.ts';

export type AnyHandler = (params: never) => unknown;

/** Handles a request of the server and passes the response to `send`. Never rejects. */
export async function answerRequest(
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
