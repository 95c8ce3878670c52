import { RequestError } from '../connections/request-error.ts';
import type { Verdict } from './room-types.ts';

/** @throws RequestError to answer the request with if access was denied */
export function check(verdict: Verdict): void {
  if (verdict === 'not_found') throw new RequestError('not_found', 'no such room');
  if (verdict === 'forbidden') throw new RequestError('forbidden', 'not allowed in this room');
}
