import { HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, throwError } from 'rxjs';
import { problemCode } from './http-words.ts';
import { endReasonOf } from './end-reason.ts';
import { Session } from './session.ts';

/**
 * A 401 of the API means that the session is over, whichever call hears it first. The sign-in call has a 401 of its own,
 * and an answer that comes after somebody signed in anew is about the old token.
 */
export const unauthorisedInterceptor: HttpInterceptorFn = (request, next) => {
  if (!request.url.startsWith('/api/') || request.url === '/api/auth') return next(request);
  const session = inject(Session);
  const token = session.token();
  return next(request).pipe(
    catchError((error: unknown) => {
      const over = error instanceof HttpErrorResponse && error.status === 401;
      if (over && token !== undefined && token === session.token()) session.end(endReasonOf(problemCode(error)));
      return throwError(() => error);
    }),
  );
};
