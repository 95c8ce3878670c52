import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { notifyTexts } from '../texts/notify.ts';
import { RenderedComponent } from '../testing/rendered-component.ts';
import { NotifyCard } from './notify-card.ts';
import { NotifyChoice } from './notify-choice.ts';

/** A browser with a permission, and the user's answer to its prompt. */
function browser(permission: NotificationPermission, answer: NotificationPermission = permission): void {
  const notification = {
    permission,
    requestPermission: () => {
      notification.permission = answer;
      return Promise.resolve(answer);
    },
  };
  vi.stubGlobal('Notification', notification);
  vi.stubGlobal('isSecureContext', true);
}

function check(shown: RenderedComponent): HTMLInputElement {
  const found = shown.page.querySelector<HTMLInputElement>('[role=switch]');
  if (found === null) throw new Error('switch not found');
  return found;
}

async function press(shown: RenderedComponent): Promise<void> {
  check(shown).click();
  await shown.settled();
}

describe('the notification card', () => {
  beforeEach(() => {
    localStorage.clear();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('is off by default, and stays on once it is turned on', async () => {
    browser('default', 'granted');
    const shown = await RenderedComponent.of(NotifyCard);
    expect(check(shown).checked).toBe(false);
    await press(shown);
    await vi.waitFor(() => {
      expect(TestBed.inject(NotifyChoice).on()).toBe(true);
    });
    await shown.settled();
    expect(check(shown).checked).toBe(true);
    await press(shown);
    expect([check(shown).checked, TestBed.inject(NotifyChoice).on()]).toEqual([false, false]);
  });

  test('turns off again, with an explanation, when the browser’s prompt was dismissed', async () => {
    browser('default');
    const shown = await RenderedComponent.of(NotifyCard);
    await press(shown);
    await shown.announces(notifyTexts.dismissed);
    expect(check(shown).checked).toBe(false);
  });

  test.each([
    ['denied', notifyTexts.denied],
    ['unsupported', notifyTexts.unsupported],
  ] as const)('is disabled if the permission is %s, with an explanation', async (permission, text) => {
    browser('denied');
    if (permission === 'unsupported') TestBed.inject(NotifyChoice).impossible();
    const shown = await RenderedComponent.of(NotifyCard);
    expect(check(shown).disabled).toBe(true);
    await shown.announces(text);
  });

  test('explains immediately that the browser denied the permission', async () => {
    browser('default', 'denied');
    const shown = await RenderedComponent.of(NotifyCard);
    await press(shown);
    await shown.announces(notifyTexts.denied);
    expect([check(shown).checked, check(shown).disabled]).toEqual([false, true]);
  });
});
