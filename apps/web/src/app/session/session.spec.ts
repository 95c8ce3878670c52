import { HttpErrorResponse } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import 'fake-indexeddb/auto';
import { describe, expect, test, vi } from 'vitest';
import { draftsKey } from '../storage/unsent-data.ts';
import { Session } from './session.ts';
import {
  failed,
  fetch,
  maggie,
  markerKey,
  pageIs,
  problemResponse,
  server,
  setUpSession,
  signedIn,
  storeTexts,
  textsAre,
  tokenOf,
} from '../testing/session-test.ts';

setUpSession();

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
