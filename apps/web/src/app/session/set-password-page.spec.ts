import { Location } from '@angular/common';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RenderedComponent, pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { passwordTexts, problemTexts, setPasswordTexts } from '../texts/session.ts';
import { SetPasswordPage } from './set-password-page.ts';

const token = 'kT3q-'.padEnd(43, 'x');
const password = 'a long enough one';

describe('the page that sets a password', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
    });
  });

  afterEach(() => {
    TestBed.inject(HttpTestingController).verify();
  });

  function open(fragment: string): Promise<RenderedComponent> {
    TestBed.inject(Location).replaceState(`/set-password${fragment}`);
    return RenderedComponent.of(SetPasswordPage);
  }

  async function submitted(pwd: string): Promise<RenderedComponent> {
    const shown = await open(`#${token}`);
    shown.field(passwordTexts.fresh).value = pwd;
    await shown.submit();
    return shown;
  }

  test('removes the token from the address bar and sends it in the body', async () => {
    const shown = await submitted(password);
    expect(TestBed.inject(Location).path(true)).toBe('/set-password');
    const call = await pendingRequest('POST', '/api/auth/password-link');
    expect(call.request.body).toEqual({ token, newPwd: password });
    call.flush({ user: 'milhouse' });
    await shown.announces(setPasswordTexts.done('milhouse'));
    expect(shown.page.querySelector('a[href="/sign-in"]')?.textContent).toBe(setPasswordTexts.signIn);
  });

  test.each(['', '#', '#short', `#${token}x`])(
    'says that the link "%s" is not valid, without a request',
    async (fragment) => {
      const shown = await open(fragment);
      await shown.announces(setPasswordTexts.invalid, 'alert');
      expect(shown.page.querySelector('form')).toBeNull();
    },
  );

  test('shows that the link has expired or was used', async () => {
    const shown = await submitted(password);
    respondWithProblem(await pendingRequest('POST', '/api/auth/password-link'), 'invalid_link');
    await shown.announces(setPasswordTexts.invalid, 'alert');
  });

  test('shows a rejected password at the field, and the user can choose another one', async () => {
    const shown = await submitted('password1');
    respondWithProblem(await pendingRequest('POST', '/api/auth/password-link'), 'weak_password');
    await shown.announces(problemTexts.weak_password, 'alert');
    expect(document.activeElement).toBe(shown.field(passwordTexts.fresh));
    shown.field(passwordTexts.fresh).value = password;
    await shown.submit();
    respondWithProblem(await pendingRequest('POST', '/api/auth/password-link'), 'store_unavailable');
    await shown.announces(problemTexts.store_unavailable, 'alert');
  });

  test('shows a password that is too short without a request', async () => {
    const shown = await submitted('1234567');
    expect(shown.descriptionOf(passwordTexts.fresh)).toBe(passwordTexts.short);
  });
});
