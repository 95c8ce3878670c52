import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isProblemCode, problem, type ProblemCode } from '@usher/protocol';
import { RequestError, StoreTimeout } from '@usher/realtime';
import { UnknownRoom } from '@usher/realtime/rooms';
import { StorageUnavailable } from '../database/storage-health.ts';
import { isPostgresUnavailable } from '../database/postgres-unavailable.ts';
import { HttpProblem, sendProblem } from './http-problem.ts';

/** The problem codes for status codes of the framework. */
const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  // A path parameter that exceeds the maximum length.
  414: 'not_found',
  415: 'unsupported_media_type',
  426: 'upgrade_required',
  431: 'too_large',
  503: 'at_capacity',
};

/**
 * Converts all errors to problem+json responses. A 5xx error is logged with its message but sent without it. Errors of libraries are
 * converted by their status only, so that their messages never reach the network.
 */
function sendError(
  failure: FastifyError | HttpProblem | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = failure instanceof RequestError || isStoreUnavailable(failure) ? toProblem(failure) : failure;
  if (error instanceof UnknownRoom) {
    sendProblem(reply, 'not_found');
    return;
  }
  if (error instanceof HttpProblem) {
    if (error.statusCode >= 500) request.log.warn({ err: error }, 'request rejected');
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

/** Codes of the socket for content that does not fit the schema. Their messages name the rule, but never contain the content. */
const invalidContent: ReadonlySet<unknown> = new Set(['bad_message', 'too_long']);

/** How long a client waits before it tries an unavailable database again, in milliseconds. */
const retryAfterMs = 1_000;

/** Whether the database cannot be reached, or did not respond in time. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof StoreTimeout || isPostgresUnavailable(error);
}

/** Converts an error of the database or of a socket request. A code without a corresponding problem becomes `internal`. */
function toProblem(error: Error): HttpProblem {
  if (!(error instanceof RequestError)) return new HttpProblem('store_unavailable', { retryAfterMs, cause: error });
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  if (error instanceof StorageUnavailable) return new HttpProblem('store_unavailable', { ...wait, cause: error });
  if (invalidContent.has(error.code)) return new HttpProblem('bad_request', { detail: error.message, cause: error });
  return new HttpProblem(isProblemCode(error.code) ? error.code : 'internal', { ...wait, cause: error });
}

/** Describes a schema violation by location and rule. Never contains the value. */
function detailOf({ code, validation, validationContext }: FastifyError): string | undefined {
  const [first] = validation ?? [];
  if (first !== undefined) return `${validationContext ?? ''}${first.instancePath}: ${first.message ?? 'is invalid'}`;
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return 'body: not JSON';
  return code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ? 'body: empty' : undefined;
}

/** Responds to errors before routing (`frameworkErrors`). No hooks run for these requests, so the headers are set here. */
export function sendFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('referrer-policy', 'no-referrer').header('x-content-type-options', 'nosniff');
  sendError(error, request, reply);
}

/** The problem codes for Node's parser errors. Defaults to `bad_request`. */
const codeOfClientError: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Responds on the raw socket to invalid or slow HTTP requests (`clientErrorHandler`). */
export function sendClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Browsers preconnect. They would take a 408 on an unused connection as the response to their first request.
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
    app.setErrorHandler(sendError);
    done();
  },
  { name: 'errors', fastify: '5.x' },
);
