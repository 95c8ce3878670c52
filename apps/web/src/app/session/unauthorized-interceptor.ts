import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { parseEndCause } from '@usher/protocol';
import { catchError, throwError } from 'rxjs';
import { type EndReason, endReasonOf } from './end-reason.ts';
import { problemOf } from './http-errors.ts';
import { Session } from './session.ts';

/**
 * Ends the session if a response reports its end. The caller handles any other 401, such as a wrong password. Ignores the sign-in
 * call, which belongs to no session, and responses to requests of an earlier session.
 */
export const unauthorizedInterceptor: HttpInterceptorFn = (request, next) => {
  if (!request.url.startsWith('/api/') || request.url === '/api/auth') return next(request);
  const session = inject(Session);
  const state = session.state();
  return next(request).pipe(
    catchError((error: unknown) => {
      const reason = endOf(error);
      if (reason !== undefined && state === session.state()) session.end(reason);
      return throwError(() => error);
    }),
  );
};

/** Returns the reason if the response reports the end of the session. A rejected token is one, because a refresh has failed before. */
function endOf(error: unknown): EndReason | undefined {
  const problem = problemOf(error);
  switch (problem?.code) {
    case 'user_disabled':
      return problem.code;
    case 'session_ended':
    case 'token_expired':
    case 'invalid_token':
      return endReasonOf(parseEndCause(problem.detail));
    default:
      return undefined;
  }
}
