import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { type Problem, type ProblemCode, problem } from '@usher/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Session } from './session.ts';
import { tokenKey } from './token-store.ts';
import { unauthorisedInterceptor } from './unauthorised-interceptor.ts';

@Component({ template: '' })
class Page {}

const token = 'header.payload.signature';
const expires = 4_000_000_000;

function server(): HttpTestingController {
  return TestBed.inject(HttpTestingController);
}

/** What the server answers with this problem. */
function answer(code: ProblemCode): [Problem, { status: number; statusText: string }] {
  const body = problem(code);
  return [body, { status: body.status, statusText: body.title }];
}

async function signedIn(): Promise<Session> {
  const session = TestBed.inject(Session);
  const done = session.signIn('maggie', 'secret');
  server().expectOne({ method: 'POST', url: '/api/auth' }).flush({ token, expires });
  await done;
  return session;
}

async function pageIs(url: string): Promise<void> {
  await vi.waitFor(() => {
    expect(TestBed.inject(Router).url).toBe(url);
  });
}

describe('the session', () => {
  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([unauthorisedInterceptor])),
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
  });

  test('signing in keeps the token and who it speaks for', async () => {
    const session = await signedIn();
    expect(session.user()).toBe('maggie');
    expect(session.token()).toBe(token);
    expect(localStorage.getItem(tokenKey)).toContain(token);
  });

  test('signing in leads on to where one was going', async () => {
    await TestBed.inject(Router).navigateByUrl('/sign-in?return=%2Frooms%2Fgeneral');
    await signedIn();
    expect(TestBed.inject(Router).url).toBe('/rooms/general');
  });

  test('a wrong password is the form’s to tell, and ends nothing', async () => {
    const session = TestBed.inject(Session);
    const done = session.signIn('maggie', 'wrong');
    server()
      .expectOne('/api/auth')
      .flush(...answer('invalid_credentials'));
    await expect(done).rejects.toMatchObject({ status: 401 });
    expect(session.endReason()).toBeUndefined();
    expect(session.user()).toBeUndefined();
  });

  test('signing out forgets at once and tells the server with the token that was', async () => {
    const session = await signedIn();
    const done = session.signOut();
    expect(session.user()).toBeUndefined();
    expect(localStorage.length).toBe(0);
    const call = server().expectOne({ method: 'DELETE', url: '/api/auth' });
    expect(call.request.headers.get('Authorization')).toBe(`Bearer ${token}`);
    call.flush(null, { status: 204, statusText: 'No Content' });
    await done;
    expect(session.endReason()).toBe('signed_out');
    await pageIs('/sign-in');
  });

  test('signing out where the server cannot be told says so', async () => {
    const session = await signedIn();
    const done = session.signOut();
    server().expectOne('/api/auth').error(new ProgressEvent('error'));
    await done;
    expect(session.endReason()).toBe('signed_out_untold');
    expect(session.user()).toBeUndefined();
  });

  test('signing out of a session that was over already is a sign-out', async () => {
    const session = await signedIn();
    const done = session.signOut();
    server()
      .expectOne('/api/auth')
      .flush(...answer('session_ended'));
    await done;
    expect(session.endReason()).toBe('signed_out');
  });

  test.each([
    ['token_expired', 'expired'],
    ['session_ended', 'session_ended'],
    ['invalid_token', 'session_ended'],
  ] as const)('a 401 %s of any call ends the session as %s and keeps the way back', async (code, reason) => {
    const session = await signedIn();
    await TestBed.inject(Router).navigateByUrl('/rooms/general');
    TestBed.inject(HttpClient)
      .get('/api/rooms')
      .subscribe({ error: () => undefined });
    server()
      .expectOne('/api/rooms')
      .flush(...answer(code));
    expect(session.endReason()).toBe(reason);
    expect(session.user()).toBeUndefined();
    await pageIs('/sign-in?return=%2Frooms%2Fgeneral');
  });

  test('a wrong password is no end, whichever call asks for one', async () => {
    const session = await signedIn();
    TestBed.inject(HttpClient)
      .put('/api/me/password', { pwd: 'wrong', newPwd: 'long enough' })
      .subscribe({ error: () => undefined });
    server()
      .expectOne('/api/me/password')
      .flush(...answer('invalid_credentials'));
    expect(session.user()).toBe('maggie');
    expect(session.endReason()).toBeUndefined();
  });

  test('a 401 about the token of before does not end the session of now', async () => {
    const session = await signedIn();
    TestBed.inject(HttpClient)
      .get('/api/rooms')
      .subscribe({ error: () => undefined });
    const late = server().expectOne('/api/rooms');
    session.end('expired');
    const done = session.signIn('bart', 'secret');
    server().expectOne('/api/auth').flush({ token: 'another.one', expires });
    await done;
    late.flush(...answer('token_expired'));
    expect(session.user()).toBe('bart');
  });

  test('a sign-out in another tab ends it here too, and says where it was', async () => {
    const session = await signedIn();
    localStorage.removeItem(tokenKey);
    window.dispatchEvent(new StorageEvent('storage', { key: tokenKey }));
    expect(session.endReason()).toBe('signed_out_elsewhere');
    expect(session.user()).toBeUndefined();
    await pageIs('/sign-in');
  });

  test('a sign-in in another tab signs this one in', async () => {
    const session = TestBed.inject(Session);
    await TestBed.inject(Router).navigateByUrl('/sign-in?return=%2Frooms%2Fgeneral');
    localStorage.setItem(tokenKey, JSON.stringify({ token, expires, user: 'maggie' }));
    window.dispatchEvent(new StorageEvent('storage', { key: tokenKey }));
    expect(session.user()).toBe('maggie');
    await pageIs('/rooms/general');
  });

  test('the first reason is the one that is told', async () => {
    const session = await signedIn();
    session.end('expired');
    session.end('session_ended');
    expect(session.endReason()).toBe('expired');
  });

  test('signing out everywhere is what is told, even where the socket heard of the end first', async () => {
    const session = await signedIn();
    await TestBed.inject(Router).navigateByUrl('/settings');
    session.end('session_ended');
    session.endedEverywhere('everywhere');
    expect(session.endReason()).toBe('everywhere');
    expect(session.user()).toBeUndefined();
    await pageIs('/sign-in');
  });

  test('a new account is signed in with', async () => {
    const session = TestBed.inject(Session);
    const done = session.createAccount('milhouse', 'thrillhouse');
    server()
      .expectOne({ method: 'POST', url: '/api/users' })
      .flush({ user: 'milhouse' }, { status: 201, statusText: 'Created' });
    await vi.waitFor(() => {
      server().expectOne('/api/auth').flush({ token, expires });
    });
    await done;
    expect(session.user()).toBe('milhouse');
  });
});
