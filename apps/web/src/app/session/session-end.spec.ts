import { HttpClient } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import 'fake-indexeddb/auto';
import { describe, expect, test, vi } from 'vitest';
import { Session } from './session.ts';
import {
  changeElsewhere,
  failed,
  fetch,
  maggie,
  markerKey,
  pageIs,
  problemResponse,
  requestWithProblem,
  server,
  setUpSession,
  signedIn,
  storeTexts,
  textsAre,
  tokenOf,
} from '../testing/session-test.ts';

setUpSession();

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
