import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RenderedComponent, pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { passwordTexts, problemTexts } from '../texts/session.ts';
import { CreateAccountPage } from './create-account-page.ts';

describe('the sign-up page', () => {
  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
    });
  });

  afterEach(() => {
    TestBed.inject(HttpTestingController).verify();
  });

  async function filled(user: string, pwd: string): Promise<RenderedComponent> {
    const shown = await RenderedComponent.of(CreateAccountPage);
    shown.field('User name').value = user;
    shown.field('Password').value = pwd;
    await shown.submit();
    return shown;
  }

  test('signs up with the user name in lower case', async () => {
    await filled(' Milhouse ', 'a long enough one');
    const call = await pendingRequest('POST', '/api/users');
    expect(call.request.body).toMatchObject({ user: 'milhouse' });
    respondWithProblem(call, 'user_taken');
  });

  test('shows the password rules before the user types', async () => {
    const shown = await RenderedComponent.of(CreateAccountPage);
    expect(shown.descriptionOf('Password')).toBe(passwordTexts.rules);
  });

  test('shows at the field that the password is too short, without a request', async () => {
    const shown = await filled('milhouse', '1234567');
    expect(shown.descriptionOf('Password')).toBe(passwordTexts.short);
    expect(shown.field('Password').getAttribute('aria-invalid')).toBe('true');
  });

  test('shows a rejected password at the field and keeps it for editing', async () => {
    const shown = await filled('milhouse', 'password1');
    respondWithProblem(await pendingRequest('POST', '/api/users'), 'weak_password');
    await shown.announces(problemTexts.weak_password, 'alert');
    expect(shown.descriptionOf('Password')).toBe(problemTexts.weak_password);
    expect(shown.field('Password').getAttribute('aria-invalid')).toBe('true');
    expect(shown.field('Password').value).toBe('password1');
    expect(document.activeElement).toBe(shown.field('Password'));
  });
});
