import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { problem } from '@usher/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RenderedComponent, pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { problemTexts } from '../texts/session.ts';
import { SignInPage } from './sign-in-page.ts';

describe('the sign-in page', () => {
  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
    });
  });

  afterEach(() => {
    TestBed.inject(HttpTestingController).verify();
  });

  test('sends the user name in lower case', async () => {
    const shown = await RenderedComponent.of(SignInPage);
    shown.field('User name').value = 'Maggie ';
    shown.field('Password').value = 'Secret';
    await shown.submit();
    const call = await pendingRequest('POST', '/api/auth');
    expect(call.request.body).toEqual({ user: 'maggie', pwd: 'Secret' });
    respondWithProblem(call, 'invalid_credentials');
    await shown.announces(problemTexts.invalid_credentials, 'alert');
    expect(shown.page.textContent).not.toContain('Code for support');
  });

  test('shows the receipt of a refused sign-in until the next attempt', async () => {
    const shown = await RenderedComponent.of(SignInPage);
    shown.field('User name').value = 'maggie';
    shown.field('Password').value = 'secret';
    await shown.submit();
    const options = { status: 403, statusText: '', headers: { 'usher-receipt': 'K7Q-2MF' } };
    (await pendingRequest('POST', '/api/auth')).flush(problem('user_disabled'), options);
    await shown.announces(`${problemTexts.user_disabled} Code for support: K7Q-2MF`, 'alert');
    await shown.submit();
    expect(shown.page.textContent).not.toContain('K7Q-2MF');
    respondWithProblem(await pendingRequest('POST', '/api/auth'), 'user_disabled');
  });
});
