import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { type Problem, type ProblemCode, problem } from '@usher/protocol';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { draftsKey } from '../storage/unsent-data.ts';
import { deleteAllRecords, keepRecord, recordsByTab } from '../storage/unsent-store.ts';
import { Session } from '../session/session.ts';
import { unauthorizedInterceptor } from '../session/unauthorized-interceptor.ts';

@Component({ template: '' })
class Page {}

const expires = 4_000_000_000;

/** Stores a draft and an unsent message of maggie. */
export async function storeTexts(): Promise<void> {
  await deleteAllRecords();
  sessionStorage.setItem(draftsKey, '{"user":"maggie"}');
  // Deleted whenever a session ends, so it is not counted.
  sessionStorage.setItem('usher.room', '{}');
  await keepRecord('tab', { user: 'maggie', rooms: { general: [{ key: 'k', text: 'hello' }] } });
}

/** Waits until this number of the two texts is stored. */
export async function textsAre(count: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(sessionStorage.length + (await recordsByTab()).size).toBe(count);
  });
}

/** The `localStorage` key that shares the signed-in user between tabs. */
export const markerKey = 'usher.session';
export const maggie = JSON.stringify({ user: 'maggie', session: 'maggie’s' });

/** Receives the requests of the session keeper: refresh and sign-out. */
export const fetch = vi.fn<typeof globalThis.fetch>();
let tokens = 0;

export function tokenOf(user: string, session = `${user}’s`): { token: string; expires: number } {
  const claims = { sub: user, sid: session, iat: expires - 900, exp: expires, jti: ++tokens };
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return { token: `header.${btoa(String.fromCharCode(...bytes))}.signature`, expires };
}

export function server(): HttpTestingController {
  return TestBed.inject(HttpTestingController);
}

export function failed(code: ProblemCode, more: Partial<Problem> = {}): Response {
  return Response.json({ ...problem(code), ...more }, { status: problem(code).status });
}

/** The body and status of a problem response, for `flush`. */
export function problemResponse(
  code: ProblemCode,
  more: Partial<Problem> = {},
): [Problem, { status: number; statusText: string }] {
  const body = { ...problem(code), ...more };
  return [body, { status: body.status, statusText: body.title }];
}

export async function signedIn(user = 'maggie'): Promise<Session> {
  const session = TestBed.inject(Session);
  const done = session.signIn(user, 'secret');
  const call = await vi.waitFor(() => server().expectOne({ method: 'POST', url: '/api/auth' }));
  call.flush(tokenOf(user));
  await done;
  return session;
}

/** Simulates a change of the marker in another tab. */
export function changeElsewhere(marker: string | undefined): void {
  if (marker === undefined) localStorage.removeItem(markerKey);
  else localStorage.setItem(markerKey, marker);
  window.dispatchEvent(new StorageEvent('storage', { key: markerKey }));
}

export async function pageIs(url: string): Promise<void> {
  await vi.waitFor(() => {
    expect(TestBed.inject(Router).url).toBe(url);
  });
}

/** Sends a request and responds with a problem. */
export function requestWithProblem(url: string, code: ProblemCode, more: Partial<Problem> = {}): void {
  TestBed.inject(HttpClient)
    .get(url)
    .subscribe({ error: () => undefined });
  server()
    .expectOne(url)
    .flush(...problemResponse(code, more));
}

/** Gives each test of a file an empty storage, a fake HTTP backend and a router. */
export function setUpSession(): void {
  beforeEach(() => {
    localStorage.clear();
    sessionStorage.clear();
    fetch.mockReset().mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
    vi.stubGlobal('fetch', fetch);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([unauthorizedInterceptor])),
        provideHttpClientTesting(),
        provideRouter([
          { path: 'sign-in', component: Page },
          { path: '**', component: Page },
        ]),
      ],
    });
  });

  afterEach(() => {
    server().verify();
    TestBed.resetTestingModule();
    vi.unstubAllGlobals();
  });
}
