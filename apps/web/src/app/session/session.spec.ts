import { HttpClient, HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { type Problem, type ProblemCode, problem } from '@usher/protocol';
import 'fake-indexeddb/auto';
import { type Mock, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deleteAllRecords, keepRecord, recordsByTab } from '../storage/unsent-store.ts';
import { Session } from './session.ts';
import { draftsKey } from '../storage/unsent-data.ts';
import { unauthorizedInterceptor } from './unauthorized-interceptor.ts';

@Component({ template: '' })
class Page {}

const expires = 4_000_000_000;

/** Stores a draft and an unsent message of maggie. */
async function storeTexts(): Promise<void> {
  await deleteAllRecords();
  sessionStorage.setItem(draftsKey, '{"user":"maggie"}');
  // Deleted whenever a session ends, so it is not counted.
  sessionStorage.setItem('usher.room', '{}');
  await keepRecord('tab', { user: 'maggie', rooms: { general: [{ key: 'k', text: 'hello' }] } });
}

/** Waits until this number of the two texts is stored. */
async function textsAre(count: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(sessionStorage.length + (await recordsByTab()).size).toBe(count);
  });
}

/** The `localStorage` key that shares the signed-in user between tabs. */
const markerKey = 'usher.session';
const maggie = JSON.stringify({ user: 'maggie', session: 'maggie’s' });

/** Receives the requests of the session keeper: refresh and sign-out. */
let fetch: Mock<typeof globalThis.fetch>;
let tokens = 0;

function tokenOf(user: string, session = `${user}’s`): { token: string; expires: number } {
  const claims = { sub: user, sid: session, iat: expires - 900, exp: expires, jti: ++tokens };
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return { token: `header.${btoa(String.fromCharCode(...bytes))}.signature`, expires };
}

function server(): HttpTestingController {
  return TestBed.inject(HttpTestingController);
}

function failed(code: ProblemCode, more: Partial<Problem> = {}): Response {
  return Response.json({ ...problem(code), ...more }, { status: problem(code).status });
}

/** The body and status of a problem response, for `flush`. */
function problemResponse(
  code: ProblemCode,
  more: Partial<Problem> = {},
): [Problem, { status: number; statusText: string }] {
  const body = { ...problem(code), ...more };
  return [body, { status: body.status, statusText: body.title }];
}

async function signedIn(user = 'maggie'): Promise<Session> {
  const session = TestBed.inject(Session);
  const done = session.signIn(user, 'secret');
  const call = await vi.waitFor(() => server().expectOne({ method: 'POST', url: '/api/auth' }));
  call.flush(tokenOf(user));
  await done;
  return session;
}

/** Simulates a change of the marker in another tab. */
function changeElsewhere(marker: string | undefined): void {
  if (marker === undefined) localStorage.removeItem(markerKey);
  else localStorage.setItem(markerKey, marker);
  window.dispatchEvent(new StorageEvent('storage', { key: markerKey }));
}

async function pageIs(url: string): Promise<void> {
  await vi.waitFor(() => {
    expect(TestBed.inject(Router).url).toBe(url);
  });
}

/** Sends a request and responds with a problem. */
function requestWithProblem(url: string, code: ProblemCode, more: Partial<Problem> = {}): void {
  TestBed.inject(HttpClient)
    .get(url)
    .subscribe({ error: () => undefined });
  server()
    .expectOne(url)
    .flush(...problemResponse(code, more));
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(null, { status: 204 })));
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

describe('sign-in', () => {
  test('keeps the token in memory and stores only the user', async () => {
    const session = await signedIn();
    expect(session.user()).toBe('maggie');
    expect(session.token()).toMatch(/^header\./);
    expect(localStorage.getItem(markerKey)).toBe(maggie);
    expect(JSON.stringify([localStorage, sessionStorage])).not.toContain('header');
  });

  test('navigates to the return URL', async () => {
    await TestBed.inject(Router).navigateByUrl('/sign-in?return=%2Frooms%2Fgeneral');
    await signedIn();
    expect(TestBed.inject(Router).url).toBe('/rooms/general');
  });

  test('with a wrong password rejects and does not end a session', async () => {
    const session = TestBed.inject(Session);
    const done = session.signIn('maggie', 'wrong');
    const call = await vi.waitFor(() => server().expectOne('/api/auth'));
    call.flush(...problemResponse('invalid_credentials'));
    await expect(done).rejects.toBeInstanceOf(HttpErrorResponse);
    expect(session.endReason()).toBeUndefined();
    expect(session.user()).toBeUndefined();
  });

  test('follows sign-up', async () => {
    const session = TestBed.inject(Session);
    const done = session.createAccount('milhouse', 'thrillhouse');
    server()
      .expectOne({ method: 'POST', url: '/api/users' })
      .flush({ user: 'milhouse' }, { status: 201, statusText: 'Created' });
    const call = await vi.waitFor(() => server().expectOne('/api/auth'));
    call.flush(tokenOf('milhouse'));
    await done;
    expect(session.user()).toBe('milhouse');
  });
});

describe('a reload', () => {
  test('keeps the session and requests the token when it is needed', async () => {
    localStorage.setItem(markerKey, maggie);
    const session = TestBed.inject(Session);
    expect(session.user()).toBe('maggie');
    expect(session.token()).toBeUndefined();
    expect(fetch).not.toHaveBeenCalled();
    const fresh = tokenOf('maggie');
    fetch.mockResolvedValue(Response.json(fresh));
    expect(await session.fresh()).toBe(fresh.token);
    expect(fetch.mock.calls.map(([url, init]) => [init?.method, url])).toEqual([['POST', '/api/auth/refresh']]);
  });

  test('of the sign-in page sends no request', () => {
    expect(TestBed.inject(Session).user()).toBeUndefined();
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    ['{"ended":"expired"}', 2],
    ['{"ended":"operator"}', 0],
    ['', 0],
  ])('keeps drafts and unsent messages only if the session expired (%s: %d)', async (marker, left) => {
    await storeTexts();
    localStorage.setItem(markerKey, marker);
    TestBed.inject(Session);
    await textsAre(left);
  });
});

describe('sign-out', () => {
  test('clears the session at once and notifies the server', async () => {
    const session = await signedIn();
    const token = session.token() ?? '';
    sessionStorage.setItem(draftsKey, '{"user":"maggie"}');
    const done = session.signOut();
    expect(session.user()).toBeUndefined();
    expect(session.token()).toBeUndefined();
    expect(JSON.stringify([localStorage, sessionStorage])).not.toContain('maggie');
    await done;
    expect(fetch.mock.calls.map(([url, init]) => [init?.method, url])).toEqual([['DELETE', '/api/auth']]);
    expect(fetch.mock.lastCall?.[1]?.headers).toEqual({ authorization: `Bearer ${token}` });
    expect(session.endReason()).toBe('signed_out');
    expect(localStorage.length).toBe(0);
    await pageIs('/sign-in');
  });

  test('shows that the server was unreachable and repeats the request before the next sign-in', async () => {
    const session = await signedIn();
    fetch.mockRejectedValueOnce(new TypeError('fetch failed'));
    await session.signOut();
    expect(session.endReason()).toBe('signed_out_unconfirmed');
    expect(session.user()).toBeUndefined();
    await signedIn('bart');
    expect(fetch.mock.calls.map(([, init]) => init?.method)).toEqual(['DELETE', 'DELETE']);
    expect(session.endReason()).toBeUndefined();
  });

  test('of an ended session succeeds', async () => {
    const session = await signedIn();
    fetch.mockImplementation(() => Promise.resolve(failed('session_ended')));
    await session.signOut();
    expect(session.endReason()).toBe('signed_out');
  });
});

describe('the end of a session', () => {
  test.each([
    ['session_ended', { detail: 'password_changed' }, 'password_changed'],
    ['session_ended', { detail: 'of_tomorrow' }, 'session_ended'],
    ['session_ended', {}, 'session_ended'],
    ['user_disabled', {}, 'user_disabled'],
    ['invalid_token', {}, 'session_ended'],
  ] as const)(
    'is detected from any response (%s %j), is shown as %s and keeps the return URL',
    async (code, more, reason) => {
      const session = await signedIn();
      await TestBed.inject(Router).navigateByUrl('/rooms/general');
      requestWithProblem('/api/rooms', code, more);
      expect(session.endReason()).toBe(reason);
      expect(session.user()).toBeUndefined();
      await pageIs('/sign-in?return=%2Frooms%2Fgeneral');
    },
  );

  test('on all devices opens the sign-in page without a return URL, even if the socket closes first', async () => {
    const session = await signedIn();
    await TestBed.inject(Router).navigateByUrl('/settings');
    session.end('session_ended');
    await pageIs('/sign-in?return=%2Fsettings');
    session.endedEverywhere('everywhere');
    expect(session.endReason()).toBe('everywhere');
    await pageIs('/sign-in');
  });

  test.each(['invalid_credentials', 'forbidden', 'not_found', 'missing_token', 'draining'] as const)(
    'does not follow from %s',
    async (code) => {
      const session = await signedIn();
      requestWithProblem('/api/me', code);
      expect(session.user()).toBe('maggie');
    },
  );

  test('is detected by a token refresh and shown with its cause', async () => {
    localStorage.setItem(markerKey, maggie);
    const session = TestBed.inject(Session);
    fetch.mockResolvedValue(failed('session_ended', { detail: 'refresh_reused' }));
    expect(await session.fresh()).toBeUndefined();
    expect(session.endReason()).toBe('refresh_reused');
    await pageIs('/sign-in');
  });

  test.each([
    ['expired', 2],
    ['refresh_reused', 2],
    ['session_ended', 0],
    ['operator', 0],
    ['password_changed', 0],
    ['user_disabled', 0],
    ['ended_elsewhere', 0],
  ] as const)('with the reason %s keeps %d unsent texts', async (reason, left) => {
    const session = await signedIn();
    await storeTexts();
    session.end(reason);
    await textsAre(left);
    expect(JSON.stringify(localStorage)).not.toContain('maggie');
    await pageIs('/sign-in');
  });

  test('in a late response does not end the current session', async () => {
    const session = await signedIn();
    TestBed.inject(HttpClient)
      .get('/api/rooms')
      .subscribe({ error: () => undefined });
    const late = server().expectOne('/api/rooms');
    session.end('expired');
    await signedIn('bart');
    late.flush(...problemResponse('session_ended'));
    expect(session.user()).toBe('bart');
  });

  test('is shown with the first reason', async () => {
    const session = await signedIn();
    session.end('expired');
    session.end('session_ended');
    expect(session.endReason()).toBe('expired');
    await pageIs('/sign-in');
  });
});

describe('another tab', () => {
  test('that signs out ends the session in this tab', async () => {
    const session = await signedIn();
    await TestBed.inject(Router).navigateByUrl('/rooms/private-matters');
    changeElsewhere(undefined);
    expect(session.endReason()).toBe('signed_out_elsewhere');
    expect(session.user()).toBeUndefined();
    await pageIs('/sign-in');
  });

  test('that receives the end reason passes it to this tab', async () => {
    const session = await signedIn();
    changeElsewhere('{"ended":"refresh_reused"}');
    expect(session.endReason()).toBe('refresh_reused');
    await pageIs('/sign-in');
  });

  test('that signs in signs this tab in', async () => {
    const session = TestBed.inject(Session);
    await TestBed.inject(Router).navigateByUrl('/sign-in?return=%2Frooms%2Fgeneral');
    changeElsewhere(maggie);
    expect(session.user()).toBe('maggie');
    await pageIs('/rooms/general');
  });

  test('that changes the user: the page of the previous user can neither end nor use the new session', async () => {
    const session = await signedIn();
    changeElsewhere(undefined);
    changeElsewhere('{"user":"bart","session":"bart’s"}');
    expect(session.user()).toBe('bart');
    expect(await session.fresh()).toBeUndefined();
    session.end('operator');
    expect(session.user()).toBe('bart');
    await vi.waitFor(async () => {
      fetch.mockResolvedValueOnce(Response.json(tokenOf('bart')));
      expect(await session.fresh()).toBeDefined();
    });
  });
});
