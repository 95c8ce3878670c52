import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { FakeServer } from '@usher/client/testing';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { usherBearer } from '../bearer-interceptor.ts';
import type { UsherOptions } from '../options.ts';
import { injectUsher, provideUsher, type Usher } from '../usher.ts';

export const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

const jwt = (claims: object): string => `x.${btoa(JSON.stringify(claims))}.x`;
export const ann = jwt({ sub: 'ann', sid: 's of ann' });
export const annRefreshed = jwt({ sub: 'ann', sid: 's of ann', iat: 2 });
export const bob = jwt({ sub: 'bob', sid: 's of bob' });

/** Returns the options of a server that issues tickets for the user of the token. */
export function serverOptions(server: FakeServer, token: () => string | undefined): FakeServer['options'] {
  server.ticket = () => Promise.resolve(server.issue(token() === bob ? 'bob' : 'ann'));
  return server.options;
}

export function newUsher(server: FakeServer, options: Partial<UsherOptions> = {}, platform = 'browser'): Usher {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([usherBearer])),
      provideUsher({ token: () => 'secret', socket: server.options, ...options }),
      { provide: PLATFORM_ID, useValue: platform },
    ],
  });
  return TestBed.runInInjectionContext(injectUsher);
}

/** Fakes the timers of all tests of a file, and checks that each test leaves none behind. */
export function useFakeTimers(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
}
