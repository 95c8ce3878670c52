import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { injectApi } from './api-url.ts';
import { USHER_OPTIONS } from './options.ts';

/**
 * Adds `Authorization: Bearer <token>` to calls of the app's own API: same origin, below its prefix. Never to any other
 * address, never to the calls that sign in (`POST /auth`) or refresh (`/auth/refresh`), and never over an `Authorization` that
 * is there already. For `provideHttpClient(withInterceptors([usherBearer]))`.
 */
export const usherBearer: HttpInterceptorFn = (request, next) => {
  const path = injectApi().pathOf(request.url)?.replace(/\/+$/, '');
  const signsIn = (path === '/auth' && request.method === 'POST') || path === '/auth/refresh';
  if (path === undefined || signsIn || request.headers.has('Authorization')) return next(request);
  const token = inject(USHER_OPTIONS).token();
  return next(token ? request.clone({ setHeaders: { Authorization: `Bearer ${token}` } }) : request);
};
