import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { MatDialog } from '@angular/material/dialog';
import type { Session as DeviceSession } from '@usher/chat-api';
import type { Proof } from '@usher/protocol';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Session } from '../session/session.ts';
import { RenderedComponent, pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { devicesTexts, endingTexts } from '../texts/settings.ts';
import { problemTexts } from '../texts/session.ts';
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

describe('the devices card', () => {
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

  /** Responds to the pending request for the devices. */
  async function listed(...sessions: DeviceSession[]): Promise<void> {
    (await pendingRequest('GET', '/api/sessions')).flush({ sessions });
  }

  function rows(shown: RenderedComponent): HTMLElement[] {
    return [...shown.page.querySelectorAll<HTMLElement>('[app-device]')];
  }

  async function rowsAre(shown: RenderedComponent, count: number): Promise<void> {
    await vi.waitFor(() => {
      expect(rows(shown)).toHaveLength(count);
    });
  }

  async function shownWith(...sessions: DeviceSession[]): Promise<RenderedComponent> {
    const shown = await RenderedComponent.of(DevicesCard);
    void TestBed.inject(Devices).load();
    await listed(...sessions);
    await rowsAre(shown, sessions.length);
    return shown;
  }

  function confirmWith(yes: boolean): void {
    openDialog.mockReturnValue({ afterClosed: () => of(yes) });
  }

  test('lists this device first, without a button to end it', async () => {
    const shown = await shownWith(phone, here);
    const [first, second] = rows(shown);
    expect(first?.textContent).toContain('Firefox 128 on Windows');
    expect(first?.textContent).toContain(devicesTexts.thisDevice);
    expect(first?.querySelector('button')).toBeNull();
    expect(second?.querySelector('button')?.getAttribute('aria-label')).toBe('End session: Safari 18 on iOS');
  });

  test('describes a device with type, last activity, address and open connections', async () => {
    const shown = await shownWith(here, phone, unknown);
    const [, second, third] = rows(shown).map((row) => row.textContent.replaceAll(/\s+/g, ' '));
    expect(second).toContain('Phone: Safari 18 on iOS');
    expect(second).toContain('Last seen 3 hours ago · 203.0.113.7 · 2 open connections');
    expect(third).toContain('Unknown device');
    expect(third).not.toContain('connection');
  });

  test('shows that no other devices are signed in and offers nothing to end', async () => {
    const shown = await shownWith(here);
    expect(shown.page.textContent).toContain(devicesTexts.alone);
    expect(shown.buttons(devicesTexts.others)).toEqual([]);
    expect(shown.buttons(devicesTexts.everywhere)).toHaveLength(1);
  });

  test('shows the proof of an ended session, removes its row and focuses the next row', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    (await pendingRequest('DELETE', '/api/sessions/phone')).flush(proof(2));
    await listed(here, unknown);
    await shown.announces('Session ended. 2 connections closed in 12 ms.');
    await rowsAre(shown, 2);
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(rows(shown)[1]);
    });
  });

  test('shows the outcome in place of the ended session', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    (await pendingRequest('DELETE', '/api/sessions/phone')).flush(proof(2));
    await listed(here, unknown);
    await shown.announces('Session ended. 2 connections closed in 12 ms.');
    const list = [...shown.page.querySelectorAll('.list > li')].map(({ textContent }) => textContent.trim());
    expect(list[1]).toBe('Session ended. 2 connections closed in 12 ms.');
    expect(list[2]).toContain('Unknown device');
  });

  test('shows below its row why a session could not be ended', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    respondWithProblem(await pendingRequest('DELETE', '/api/sessions/phone'), 'draining');
    await shown.announces(problemTexts.draining, 'alert');
    const list = [...shown.page.querySelectorAll('.list > li')].map(({ textContent }) => textContent.trim());
    expect(list[1]).toContain('Safari 18 on iOS');
    expect(list[2]).toBe(problemTexts.draining);
  });

  test('focuses the heading if no row is left', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    (await pendingRequest('DELETE', '/api/sessions/phone')).flush(proof(0));
    await listed(here);
    await shown.announces('Session ended. No open connections.');
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(shown.page.querySelector('h2'));
    });
  });

  test('shows that a session had already ended and reloads the list', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    respondWithProblem(await pendingRequest('DELETE', '/api/sessions/phone'), 'not_found');
    await listed(here);
    await shown.announces(devicesTexts.overAlready);
    await rowsAre(shown, 1);
  });

  test('shows that some servers did not confirm the end', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    respondWithProblem(await pendingRequest('DELETE', '/api/sessions/phone'), 'store_unavailable', proof(1));
    await listed(here);
    await shown.announces(`Session ended. 1 connection closed in 12 ms. ${endingTexts.unconfirmed}`);
  });

  test('keeps the row and shows the error if the request fails', async () => {
    const shown = await shownWith(here, phone);
    await shown.press(devicesTexts.end);
    respondWithProblem(await pendingRequest('DELETE', '/api/sessions/phone'), 'store_unavailable');
    await shown.announces(problemTexts.store_unavailable, 'alert');
    expect(rows(shown)).toHaveLength(2);
  });

  test('runs one request at a time', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.end);
    await shown.press(devicesTexts.others);
    (await pendingRequest('DELETE', '/api/sessions/phone')).flush(proof(0));
    await listed(here, unknown);
    await rowsAre(shown, 2);
  });

  test('ends all other sessions with one request', async () => {
    const shown = await shownWith(here, phone, unknown);
    await shown.press(devicesTexts.others);
    (await pendingRequest('DELETE', '/api/sessions?others=true')).flush(proof(1));
    await listed(here);
    await shown.announces(`${devicesTexts.othersEnded} 1 connection closed in 12 ms.`);
    await rowsAre(shown, 1);
  });

  test('asks for confirmation before signing out everywhere, and does nothing on cancel', async () => {
    const shown = await shownWith(here, phone);
    confirmWith(false);
    await shown.press(devicesTexts.everywhere);
    await vi.waitFor(() => {
      expect(openDialog).toHaveBeenCalledOnce();
    });
    await shown.settled();
    expect(endedEverywhere).not.toHaveBeenCalled();
  });

  test.each([
    [200, 'everywhere'],
    [503, 'everywhere_unconfirmed'],
  ] as const)('ends this session when signing out everywhere (%d)', async (status, reason) => {
    const shown = await shownWith(here, phone);
    confirmWith(true);
    await shown.press(devicesTexts.everywhere);
    const call = await pendingRequest('DELETE', '/api/sessions');
    if (status === 200) call.flush(proof(2));
    else respondWithProblem(call, 'store_unavailable', proof(1));
    await vi.waitFor(() => {
      expect(endedEverywhere).toHaveBeenCalledExactlyOnceWith(reason);
    });
  });

  test('shows a loading text, and offers a retry if the list cannot be loaded', async () => {
    const shown = await RenderedComponent.of(DevicesCard);
    await shown.announces(devicesTexts.loading);
    void TestBed.inject(Devices).load();
    respondWithProblem(await pendingRequest('GET', '/api/sessions'), 'draining');
    await vi.waitFor(() => {
      expect(shown.page.querySelector('[role=alert]')?.textContent).toContain(problemTexts.draining);
    });
    await shown.press(devicesTexts.retry);
    await listed(here);
    await rowsAre(shown, 1);
    expect(shown.page.querySelector('[role=alert]')).toBeNull();
  });
});
