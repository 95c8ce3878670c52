import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { MatDialog } from '@angular/material/dialog';
import type { Session as DeviceSession } from '@usher/chat-api';
import type { Proof } from '@usher/protocol';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Session } from '../session/session.ts';
import { Shown, called, refuse } from '../testing/shown.ts';
import { devicesTexts } from '../texts/devices.ts';
import { endingTexts } from '../texts/ending.ts';
import { problemTexts } from '../texts/problems.ts';
import { Devices } from './devices.ts';
import { DevicesCard } from './devices-card.ts';

const phone: DeviceSession = {
  id: 'phone',
  current: false,
  device: { browser: 'Safari 18', system: 'iOS', kind: 'phone' },
  address: '203.0.113.7',
  startedAt: 0,
  seenAt: Date.now() - 3 * 3_600_000,
  expires: 4_000_000_000,
  connections: 2,
};
const here: DeviceSession = {
  ...phone,
  id: 'here',
  current: true,
  device: { browser: 'Firefox 128', system: 'Windows', kind: 'desktop' },
};
const unknown: DeviceSession = { ...phone, id: 'unknown', device: { kind: 'other' }, connections: 0 };

function proof(closed: number): Proof {
  return { closed, nodes: [{ node: 'a', closed, ms: 12 }] };
}

describe('the card of the devices', () => {
  const endedEverywhere = vi.fn();
  const openDialog = vi.fn();

  beforeEach(() => {
    endedEverywhere.mockReset();
    openDialog.mockReset();
    TestBed.configureTestingModule({
      providers: [
        Devices,
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { endedEverywhere } },
        { provide: MatDialog, useValue: { open: openDialog } },
      ],
    });
  });

  afterEach(() => {
    TestBed.inject(HttpTestingController).verify();
  });

  /** The server says which devices there are, when it is asked. */
  async function listed(...sessions: DeviceSession[]): Promise<void> {
    (await called('GET', '/api/sessions')).flush({ sessions });
  }

  function rows(shown: Shown): HTMLElement[] {
    return [...shown.page.querySelectorAll<HTMLElement>('[app-device]')];
  }

  async function rowsAre(shown: Shown, count: number): Promise<void> {
    await vi.waitFor(() => {
      expect(rows(shown)).toHaveLength(count);
    });
  }

  async function shownWith(...sessions: DeviceSession[]): Promise<Shown> {
    const shown = await Shown.of(DevicesCard);
    void TestBed.inject(Devices).load();
    await listed(...sessions);
    await rowsAre(shown, sessions.length);
    return shown;
  }

  function answer(yes: boolean): void {
    openDialog.mockReturnValue({ afterClosed: () => of(yes) });
  }

  test('this device stands first and cannot be ended here', async () => {
    const shown = await shownWith(phone, here);
    const [first, second] = rows(shown);
    expect(first?.textContent).toContain('Firefox 128 on Windows');
    expect(first?.textContent).toContain(devicesTexts.here);
    expect(first?.querySelector('button')).toBeNull();
    expect(second?.querySelector('button')?.getAttribute('aria-label')).toBe('End session: Safari 18 on iOS');
  });

  test('a device is told in words: what it is, when and where it was seen, and what it has open', async () => {
    const shown = await shownWith(here, phone, unknown);
    const [, second, third] = rows(shown).map((row) => row.textContent.replaceAll(/\s+/g, ' '));
    expect(second).toContain('Phone: Safari 18 on iOS');
    expect(second).toContain('Last seen 3 hours ago · 203.0.113.7 · 2 open connections');
    expect(third).toContain('Unknown device');
    expect(third).not.toContain('connection');
  });

  test('who is signed in nowhere else is told so, and has no others to end', async () => {
    const shown = await shownWith(here);
    expect(shown.page.textContent).toContain(devicesTexts.alone);
    expect(shown.buttons(devicesTexts.others)).toEqual([]);
    expect(shown.buttons(devicesTexts.everywhere)).toHaveLength(1);
  });

  test('an ended session is told with its proof and leaves the list; the row in its place has the focus', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    (await called('DELETE', '/api/sessions/phone')).flush(proof(2));
    await listed(here, unknown);
    await shown.says('Session ended. 2 connections closed in 12 ms.');
    await rowsAre(shown, 2);
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(rows(shown)[1]);
    });
  });

  test('the outcome is shown in the place of the ended session, not below the list', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    (await called('DELETE', '/api/sessions/phone')).flush(proof(2));
    await listed(here, unknown);
    await shown.says('Session ended. 2 connections closed in 12 ms.');
    const list = [...shown.page.querySelectorAll('.list > li')].map(({ textContent }) => textContent.trim());
    expect(list[1]).toBe('Session ended. 2 connections closed in 12 ms.');
    expect(list[2]).toContain('Unknown device');
  });

  test('a session that could not be ended has the reason below its row', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    refuse(await called('DELETE', '/api/sessions/phone'), 'draining');
    await shown.says(problemTexts.draining, 'alert');
    const list = [...shown.page.querySelectorAll('.list > li')].map(({ textContent }) => textContent.trim());
    expect(list[1]).toContain('Safari 18 on iOS');
    expect(list[2]).toBe(problemTexts.draining);
  });

  test('where no row is left in its place the heading has the focus', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    (await called('DELETE', '/api/sessions/phone')).flush(proof(0));
    await listed(here);
    await shown.says('Session ended. No open connections.');
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(shown.page.querySelector('h2'));
    });
  });

  test('a session that was over already is told so, and the list is asked for anew', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    refuse(await called('DELETE', '/api/sessions/phone'), 'not_found');
    await listed(here);
    await shown.says(devicesTexts.overAlready);
    await rowsAre(shown, 1);
  });

  test('an end that not every server knows of yet is told as what it is', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    refuse(await called('DELETE', '/api/sessions/phone'), 'store_unavailable', proof(1));
    await listed(here);
    await shown.says(`Session ended. 1 connection closed in 12 ms. ${endingTexts.untold}`);
  });

  test('an end that did not happen is told, and the row stays', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    refuse(await called('DELETE', '/api/sessions/phone'), 'store_unavailable');
    await shown.says(problemTexts.store_unavailable, 'alert');
    expect(rows(shown)).toHaveLength(2);
  });

  test('one thing is done at a time', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    await shown.press(devicesTexts.others);
    (await called('DELETE', '/api/sessions/phone')).flush(proof(0));
    await listed(here, unknown);
    await rowsAre(shown, 2);
  });

  test('all others are ended with one call', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.others);
    (await called('DELETE', '/api/sessions?others=true')).flush(proof(1));
    await listed(here);
    await shown.says(`${devicesTexts.othersEnded} 1 connection closed in 12 ms.`);
    await rowsAre(shown, 1);
  });

  test('everywhere is asked first: whoever thinks better of it stays signed in', async () => {
    const shown = await shownWith(here, phone);
    answer(false);
    await shown.press(devicesTexts.everywhere);
    await vi.waitFor(() => {
      expect(openDialog).toHaveBeenCalledOnce();
    });
    await shown.settled();
    expect(endedEverywhere).not.toHaveBeenCalled();
  });

  test.each([
    [200, 'everywhere'],
    [503, 'everywhere_untold'],
  ] as const)('everywhere ends this session too (%d)', async (status, reason) => {
    const shown = await shownWith(here, phone);
    answer(true);
    await shown.press(devicesTexts.everywhere);
    const call = await called('DELETE', '/api/sessions');
    if (status === 200) call.flush(proof(2));
    else refuse(call, 'store_unavailable', proof(1));
    await vi.waitFor(() => {
      expect(endedEverywhere).toHaveBeenCalledExactlyOnceWith(reason);
    });
  });

  test('while nothing is known it says that it loads; a list that cannot be had can be asked for again', async () => {
    const shown = await Shown.of(DevicesCard);
    await shown.says(devicesTexts.loading);
    void TestBed.inject(Devices).load();
    refuse(await called('GET', '/api/sessions'), 'draining');
    await vi.waitFor(() => {
      expect(shown.page.querySelector('[role=alert]')?.textContent).toContain(problemTexts.draining);
    });
    await shown.press(devicesTexts.retry);
    await listed(here);
    await rowsAre(shown, 1);
    expect(shown.page.querySelector('[role=alert]')).toBeNull();
  });
});
