import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../session/session.ts';
import { RenderedComponent, pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { endingTexts } from '../texts/settings.ts';
import { passwordTexts, problemTexts } from '../texts/session.ts';
import { Devices } from './devices.ts';
import { PasswordCard } from './password-card.ts';

const url = '/api/me/password';
const proof = { closed: 2, nodes: [{ node: 'a', closed: 2, ms: 12 }] };

describe('the password card', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [
        Devices,
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user: () => 'maggie' } },
      ],
    });
  });

  afterEach(() => {
    TestBed.inject(HttpTestingController).verify();
  });

  async function submitted(current: string, fresh: string): Promise<RenderedComponent> {
    const shown = await RenderedComponent.of(PasswordCard);
    shown.field('Current password').value = current;
    shown.field('New password').value = fresh;
    await shown.submit();
    return shown;
  }

  test('identifies the user and the fields for password managers', async () => {
    const shown = await RenderedComponent.of(PasswordCard);
    expect(shown.field('Current password').autocomplete).toBe('current-password');
    expect(shown.field('New password').autocomplete).toBe('new-password');
    expect(shown.page.querySelector<HTMLInputElement>('[autocomplete=username]')?.value).toBe('maggie');
  });

  test('shows the password rules before the user types', async () => {
    const shown = await RenderedComponent.of(PasswordCard);
    expect(shown.descriptionOf('New password')).toBe(passwordTexts.rules);
  });

  test.each([
    ['', 'long enough', 'Current password', passwordTexts.missing],
    ['secret', '1234567', 'New password', passwordTexts.short],
  ])('%j and %j are not sent and the error is shown at the field', async (current, fresh, label, text) => {
    const shown = await submitted(current, fresh);
    expect(shown.descriptionOf(label)).toBe(text);
    expect(document.activeElement).toBe(shown.field(label));
  });

  test.each([
    ['invalid_credentials', 'Current password', passwordTexts.wrong],
    ['too_many_attempts', 'Current password', problemTexts.too_many_attempts('4 minutes')],
    ['weak_password', 'New password', problemTexts.weak_password],
    ['bad_request', 'New password', passwordTexts.longer],
  ] as const)('%s is shown at its field and keeps the input', async (code, label, text) => {
    const shown = await submitted('wrong', 'long enough');
    respondWithProblem(await pendingRequest('PUT', url), code, { retryAfterMs: 240_000 });
    await shown.announces(text, 'alert');
    expect(shown.descriptionOf(label)).toBe(text);
    expect(shown.field(label).getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(shown.field(label));
    expect(shown.field('New password').value).toBe('long enough');
  });

  test('shows an error without a field below the form', async () => {
    const shown = await submitted('secret', 'long enough');
    respondWithProblem(await pendingRequest('PUT', url), 'draining');
    await shown.announces(problemTexts.draining, 'alert');
    expect(shown.field('Current password').getAttribute('aria-invalid')).toBe('false');
  });

  test('after a change shows the closed connections, clears the fields and reloads the devices', async () => {
    const shown = await submitted('secret', 'long enough');
    const call = await pendingRequest('PUT', url);
    expect(call.request.body).toEqual({ pwd: 'secret', newPwd: 'long enough' });
    call.flush(proof);
    await shown.announces(`${passwordTexts.changed} 2 connections closed in 12 ms.`);
    expect(shown.field('Current password').value).toBe('');
    expect(shown.field('New password').value).toBe('');
    (await pendingRequest('GET', '/api/sessions')).flush({ sessions: [] });
  });

  test('shows that some servers did not confirm the change', async () => {
    const shown = await submitted('secret', 'long enough');
    respondWithProblem(await pendingRequest('PUT', url), 'store_unavailable', { ...proof, closed: 0 });
    await shown.announces(`${passwordTexts.changed} ${endingTexts.none} ${endingTexts.unconfirmed}`);
    expect(shown.field('New password').value).toBe('');
    (await pendingRequest('GET', '/api/sessions')).flush({ sessions: [] });
  });
});
