import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isProblemCode, problem, type ProblemCode } from '@usher/protocol';
import { RequestError } from '@usher/realtime';
import { StorageUnavailable } from '../database/storage-health.ts';
import { HttpProblem, sendProblem } from './http-problem.ts';

/** What is told of a status that some part of the framework chose. */
const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  // A path parameter longer than any name can be.
  414: 'not_found',
  415: 'unsupported_media_type',
  426: 'upgrade_required',
  431: 'too_large',
  503: 'at_capacity',
};

/**
 * The one place where errors become answers: all of them problem+json, a 5xx logged with its text and told without it.
 * What is not Usher's own problem is translated by its status alone, so that no text of a library reaches the network.
 */
function answerError(
  failure: FastifyError | HttpProblem | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = failure instanceof RequestError ? toProblem(failure) : failure;
  if (error instanceof HttpProblem) {
    if (error.statusCode >= 500) request.log.warn({ err: error }, 'request refused');
    sendProblem(reply, error.code, error);
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) {
    request.log.error({ err: error }, 'request failed');
    sendProblem(reply, 'internal');
    return;
  }
  request.log.debug({ err: error }, 'bad request');
  sendProblem(reply, codeOfStatus[status] ?? 'bad_request', { detail: detailOf(error) });
}

/** An error that also answers socket requests: its code is that of a problem, or the error is internal. */
function toProblem(error: RequestError): HttpProblem {
  const { code, retryAfterMs } = error;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (error instanceof StorageUnavailable) return new HttpProblem('store_unavailable', { ...wait, cause: error });
  return new HttpProblem(isProblemCode(code) ? code : 'internal', { ...wait, cause: error });
}

/** What is wrong with a request that does not fit its schema: the place and the rule, never the value. */
function detailOf({ code, validation, validationContext }: FastifyError): string | undefined {
  const [first] = validation ?? [];
  if (first !== undefined) return `${validationContext ?? ''}${first.instancePath}: ${first.message ?? 'does not fit'}`;
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return 'body: not JSON';
  return code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ? 'body: empty' : undefined;
}

/** Errors of a request that never became one (`frameworkErrors`): no hook runs for it, so its headers are set here. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('referrer-policy', 'no-referrer').header('x-content-type-options', 'nosniff');
  answerError(error, request, reply);
}

/** Problems of requests that could not be parsed, by Node's error code. Any other code is a `bad_request`. */
const codeOfClientError: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what is not HTTP, or arrives too slowly (`clientErrorHandler`), on the socket itself. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Browsers open connections in advance. An answer to a request that was never made would be taken for that to the first one.
  const unused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  if (error.code === 'ECONNRESET' || unused || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, ...rest } = problem(codeOfClientError[error.code ?? ''] ?? 'bad_request');
  const body = JSON.stringify({ status, ...rest });
  socket.end(
    `HTTP/1.1 ${status} ${rest.title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n${body}`,
    () => {
      socket.destroy();
    },
  );
}

export const errors = fp(
  (app, _options, done) => {
    app.setErrorHandler(answerError);
    done();
  },
  { name: 'errors', fastify: '5.x' },
);
