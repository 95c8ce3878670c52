import { UnknownRoom } from './history.ts';
import { RequestError } from '../connections/request-error.ts';

/** What to throw on in place of what a store threw: of a room that it does not know nobody learns more than `not_found`. */
export function notFound(error: unknown): unknown {
  return error instanceof UnknownRoom ? new RequestError('not_found', 'no such room') : error;
}
