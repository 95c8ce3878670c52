import { HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { needsNewToken } from '@usher/client/session';
import { catchError, from, type Observable, of, switchMap, throwError } from 'rxjs';
import { injectApi, USHER_OPTIONS } from './options.ts';

/**
 * Adds `Authorization: Bearer <token>` to requests to the app's API, that is, to the API's origin below its prefix. It does not
 * change requests to other URLs, sign-in (`POST /auth`) and refresh (`/auth/refresh`) requests, and requests that already have an
 * `Authorization` header. Use it with `provideHttpClient(withInterceptors([usherBearer]))`.
 *
 * With the option `fresh`, a request waits for a valid token. With `renew`, a request that is rejected with `token_expired` or
 * `invalid_token` is retried once with another token. Neither applies to `/auth`. If no token is available now, the request fails with
 * status 0, like a network failure.
 */
export const usherBearer: HttpInterceptorFn = (request, next) => {
  const path = injectApi().pathOf(request.url)?.replace(/\/+$/, '');
  const isSignIn = (path === '/auth' && request.method === 'POST') || path === '/auth/refresh';
  if (path === undefined || isSignIn || request.headers.has('Authorization')) return next(request);

  const { token, ...options } = inject(USHER_OPTIONS);
  const { fresh, renew } = path === '/auth' ? {} : options;
  const send = (bearer: string | undefined) =>
    next(bearer ? request.clone({ setHeaders: { Authorization: `Bearer ${bearer}` } }) : request);
  const tokenFrom = (bearer: Promise<string | undefined>): Observable<string | undefined> =>
    from(bearer).pipe(
      catchError((error: unknown) => throwError(() => new HttpErrorResponse({ error, status: 0, url: request.url }))),
    );

  return (fresh ? tokenFrom(fresh()) : of(token())).pipe(
    switchMap((bearer) => {
      const response = send(bearer);
      if (!bearer || !renew) return response;
      return response.pipe(
        catchError((refusal: unknown) => {
          if (!isTokenRejected(refusal)) return throwError(() => refusal);
          return tokenFrom(renew(bearer)).pipe(switchMap((other) => (other ? send(other) : throwError(() => refusal))));
        }),
      );
    }),
  );
};

function isTokenRejected(refusal: unknown): boolean {
  if (!(refusal instanceof HttpErrorResponse) || refusal.status !== 401) return false;
  const body = refusal.error as { readonly code?: unknown } | null;
  return needsNewToken(body?.code);
}
