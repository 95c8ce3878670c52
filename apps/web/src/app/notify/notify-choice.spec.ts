import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NotifyChoice } from './notify-choice.ts';

/** A browser with notifications; `answer` is the user's answer to its prompt. */
function browser(permission: NotificationPermission, answer: NotificationPermission = permission) {
  const asked = vi.fn(() => {
    notification.permission = answer;
    return Promise.resolve(answer);
  });
  const notification = { permission, requestPermission: asked };
  vi.stubGlobal('Notification', notification);
  vi.stubGlobal('isSecureContext', true);
  return asked;
}

/** Simulates a reload. */
function choice(): NotifyChoice {
  TestBed.resetTestingModule();
  return TestBed.inject(NotifyChoice);
}

describe('the notification setting', () => {
  beforeEach(() => {
    localStorage.clear();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('is off without a prompt until the user turns it on, and stays on', async () => {
    const asked = browser('default', 'granted');
    const found = choice();
    expect([found.on(), found.isOpen(), asked.mock.calls.length]).toEqual([false, true, 0]);
    expect(await found.turnOn()).toBe(true);
    expect([found.on(), found.isOpen()]).toEqual([true, false]);
    expect(choice().on()).toBe(true);
  });

  test('is off if the browser permits notifications and the user did not turn them on', () => {
    browser('granted');
    expect([choice().on(), choice().isOpen()]).toEqual([false, false]);
  });

  test('is not offered again after the user declined', () => {
    browser('default');
    choice().turnOff();
    expect([choice().on(), choice().isOpen()]).toEqual([false, false]);
  });

  test('stays off if the browser denies the permission', async () => {
    browser('default', 'denied');
    const found = choice();
    expect(await found.turnOn()).toBe(false);
    expect([found.on(), found.permission()]).toEqual([false, 'denied']);
  });

  test('is unsupported without HTTPS and in browsers without notifications', async () => {
    browser('granted');
    vi.stubGlobal('isSecureContext', false);
    expect(choice().permission()).toBe('unsupported');
    vi.stubGlobal('Notification', undefined);
    Reflect.deleteProperty(window, 'Notification');
    const found = choice();
    expect([found.permission(), await found.turnOn()]).toEqual(['unsupported', false]);
  });
});
