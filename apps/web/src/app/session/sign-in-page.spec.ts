import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Shown, called, refuse } from '../testing/shown.ts';
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
    const shown = await Shown.of(SignInPage);
    shown.field('User name').value = 'Maggie ';
    shown.field('Password').value = 'Secret';
    await shown.submit();
    const call = await called('POST', '/api/auth');
    expect(call.request.body).toEqual({ user: 'maggie', pwd: 'Secret' });
    refuse(call, 'invalid_credentials');
    await shown.announces(problemTexts.invalid_credentials, 'alert');
  });
});
