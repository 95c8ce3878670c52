import type { ServerResponse } from 'node:http';
import type { HttpAnswer } from '@usher/ticket/node';

/**
 * The headers of a result for a framework. CORS headers that a middleware of the framework has already set take precedence: those of the
 * result are omitted.
 */
export function headersFor(
  { headers }: HttpAnswer,
  isSet: (name: string) => boolean,
): (readonly [name: string, value: string])[] {
  const hasOwnCors = isSet('access-control-allow-origin');
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const isOmitted = hasOwnCors && (name.startsWith('access-control-') || (name === 'vary' && isSet('vary')));
    if (!isOmitted) pairs.push([name, value]);
  }
  return pairs;
}

/** Sends a result on a response of Node to which middleware may have added headers. */
export function sendByNode(response: ServerResponse, result: HttpAnswer): void {
  if (response.headersSent) return;
  response.statusCode = result.status;
  for (const [name, value] of headersFor(result, (set) => response.hasHeader(set))) response.setHeader(name, value);
  response.end(result.body);
}
