import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { endCauseOf } from '@usher/protocol';
import { catchError, throwError } from 'rxjs';
import { type EndReason, endReasonOf } from './end-reason.ts';
import { problemOf } from './http-words.ts';
import { Session } from './session.ts';

/**
 * The API says with some codes that the session is over, whichever call hears it first; a 401 about anything else (a wrong
 * password) is the caller's to tell. The sign-in call speaks of no session, and an answer that comes after somebody signed in anew is
 * about the old one.
 */
export const unauthorisedInterceptor: HttpInterceptorFn = (request, next) => {
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

/** Why the session is over by what a call was answered, if it says so. A token is refused here only after it was renewed in vain. */
function endOf(error: unknown): EndReason | undefined {
  const problem = problemOf(error);
  switch (problem?.code) {
    case 'user_disabled':
      return problem.code;
    case 'session_ended':
    case 'token_expired':
    case 'invalid_token':
      return endReasonOf(endCauseOf(problem.detail));
    default:
      return undefined;
  }
}
