import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NotifyChoice } from './notify-choice.ts';

/** A browser that has notifications; `answer` is what the person says when it asks. */
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

/** As after a reload. */
function choice(): NotifyChoice {
  TestBed.resetTestingModule();
  return TestBed.inject(NotifyChoice);
}

describe('notifications', () => {
  beforeEach(() => {
    localStorage.clear();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('are off, and nobody is asked, until somebody switches them on; then they stay on', async () => {
    const asked = browser('default', 'granted');
    const found = choice();
    expect([found.on(), found.isOpen(), asked.mock.calls.length]).toEqual([false, true, 0]);
    expect(await found.turnOn()).toBe(true);
    expect([found.on(), found.isOpen()]).toEqual([true, false]);
    expect(choice().on()).toBe(true);
  });

  test('are off where the browser allows them and the person did not want them', () => {
    browser('granted');
    expect([choice().on(), choice().isOpen()]).toEqual([false, false]);
  });

  test('are not offered again to those who said no', () => {
    browser('default');
    choice().turnOff();
    expect([choice().on(), choice().isOpen()]).toEqual([false, false]);
  });

  test('stay off where the browser says no', async () => {
    browser('default', 'denied');
    const found = choice();
    expect(await found.turnOn()).toBe(false);
    expect([found.on(), found.permission()]).toEqual([false, 'denied']);
  });

  test('are not there without https, nor in a browser that has none', async () => {
    browser('granted');
    vi.stubGlobal('isSecureContext', false);
    expect(choice().permission()).toBe('unsupported');
    vi.stubGlobal('Notification', undefined);
    Reflect.deleteProperty(window, 'Notification');
    const found = choice();
    expect([found.permission(), await found.turnOn()]).toEqual(['unsupported', false]);
  });
});
