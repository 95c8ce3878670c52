import { HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, throwError } from 'rxjs';
import { problemCode } from './http-words.ts';
import { endReasonOf } from './end-reason.ts';
import { Session } from './session.ts';

/**
 * A 401 of the API means that the session is over, whichever call hears it first. The sign-in call has a 401 of its own,
 * a wrong password says nothing about the session, and an answer that comes after somebody signed in anew is about the old token.
 */
export const unauthorisedInterceptor: HttpInterceptorFn = (request, next) => {
  if (!request.url.startsWith('/api/') || request.url === '/api/auth') return next(request);
  const session = inject(Session);
  const token = session.token();
  return next(request).pipe(
    catchError((error: unknown) => {
      const unauthorised = error instanceof HttpErrorResponse && error.status === 401;
      const over = unauthorised && problemCode(error) !== 'invalid_credentials';
      if (over && token !== undefined && token === session.token()) session.end(endReasonOf(problemCode(error)));
      return throwError(() => error);
    }),
  );
};
