import { UnknownRoom } from './history.ts';
import { RequestError } from '../connections/request-error.ts';

/** Maps `UnknownRoom` to a `not_found` error without further details. Returns any other error unchanged. */
export function notFound(error: unknown): unknown {
  return error instanceof UnknownRoom ? new RequestError('not_found', 'no such room') : error;
}
