import { HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { wantsAnotherToken } from '@usher/client/session';
import { catchError, from, type Observable, of, switchMap, throwError } from 'rxjs';
import { injectApi } from './api-url.ts';
import { USHER_OPTIONS } from './options.ts';

/**
 * Adds `Authorization: Bearer <token>` to calls of the app's own API: same origin, below its prefix. Never to any other
 * address, never to the calls that sign in (`POST /auth`) or refresh (`/auth/refresh`), and never over an `Authorization` that
 * is there already. For `provideHttpClient(withInterceptors([usherBearer]))`.
 *
 * Where the options have `fresh`, a call waits for a token that is good; where they have `renew`, one that was refused with
 * `token_expired` or `invalid_token` is made once more with another. Not so the calls about the session itself (`/auth`). A call that
 * gets no token now fails as one does without a network, with status 0.
 */
export const usherBearer: HttpInterceptorFn = (request, next) => {
  const path = injectApi().pathOf(request.url)?.replace(/\/+$/, '');
  const signsIn = (path === '/auth' && request.method === 'POST') || path === '/auth/refresh';
  if (path === undefined || signsIn || request.headers.has('Authorization')) return next(request);

  const { token, ...options } = inject(USHER_OPTIONS);
  const { fresh, renew } = path === '/auth' ? {} : options;
  const send = (bearer: string | undefined) =>
    next(bearer ? request.clone({ setHeaders: { Authorization: `Bearer ${bearer}` } }) : request);
  const arriving = (bearer: Promise<string | undefined>): Observable<string | undefined> =>
    from(bearer).pipe(
      catchError((error: unknown) => throwError(() => new HttpErrorResponse({ error, status: 0, url: request.url }))),
    );

  return (fresh ? arriving(fresh()) : of(token())).pipe(
    switchMap((bearer) => {
      const answer = send(bearer);
      if (!bearer || !renew) return answer;
      return answer.pipe(
        catchError((refusal: unknown) => {
          if (!isAboutToken(refusal)) return throwError(() => refusal);
          return arriving(renew(bearer)).pipe(switchMap((other) => (other ? send(other) : throwError(() => refusal))));
        }),
      );
    }),
  );
};

function isAboutToken(refusal: unknown): boolean {
  if (!(refusal instanceof HttpErrorResponse) || refusal.status !== 401) return false;
  const body = refusal.error as { readonly code?: unknown } | null;
  return wantsAnotherToken(body?.code);
}
