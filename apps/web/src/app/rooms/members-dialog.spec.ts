import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { MAT_DIALOG_DATA, MatDialog, MatDialogRef } from '@angular/material/dialog';
import type { Member } from '@usher/chat-api';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { respondWithProblem } from '../testing/rendered-component.ts';
import { MembersDialog } from './members-dialog.ts';

const url = '/api/rooms/plans/members';
const maggie: Member = { user: 'maggie', status: 'online', owner: true };
const bart: Member = { user: 'bart', status: 'offline', owner: false };

let page: RoomTestPage;
let shown: HTMLElement;
const close = vi.fn();
const ask = vi.fn();

async function open(canManage: boolean, ...members: Member[]): Promise<void> {
  await page.opened(roomFixture('plans', { private: true, canManage }));
  shown = TestBed.createComponent(MembersDialog).nativeElement as HTMLElement;
  document.body.append(shown);
  await page.settled();
  await lists(...members);
}

/** Responds with the members. */
async function lists(...members: Member[]): Promise<void> {
  TestBed.inject(HttpTestingController).expectOne({ method: 'GET', url }).flush({ members });
  await page.settled();
}

/** Submits a name to add. */
async function add(name: string): Promise<void> {
  const field = shown.querySelector('input');
  if (field === null) throw new Error('field not found');
  field.value = name;
  field.dispatchEvent(new Event('input'));
  shown.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await page.settled();
}

const alert = (): string | undefined => shown.querySelector('[role=alert]')?.textContent.trim();
const people = (): string[] =>
  [...shown.querySelectorAll('li .name')].map((name) => name.firstChild?.textContent ?? '');

describe('the members dialog', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    close.mockReset();
    ask.mockReset();
    page = new RoomTestPage([
      { provide: MAT_DIALOG_DATA, useValue: 'plans' },
      { provide: MatDialogRef, useValue: { close } },
      { provide: MatDialog, useValue: { open: ask } },
    ]);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('lists members by name with presence, read-only for users who do not manage the room', async () => {
    await open(false, maggie, bart);
    expect(people().map((name) => name.trim())).toEqual(['bart', 'maggie']);
    expect([...shown.querySelectorAll('.note')].map(({ textContent }) => textContent)).toEqual(['offline', 'online']);
    expect(shown.querySelector('form')).toBeNull();
    expect(shown.querySelectorAll('li button')).toHaveLength(0);
  });

  test('adds a member by name and shows an unknown name at the field', async () => {
    await open(true, maggie);
    await add('unknown');
    const http = TestBed.inject(HttpTestingController);
    respondWithProblem(http.expectOne({ method: 'PUT', url: `${url}/unknown` }), 'not_found');
    await page.settled();
    expect(alert()).toBe('No user named unknown.');
    expect(shown.querySelector('input')?.getAttribute('aria-invalid')).toBe('true');
    await add(' @Bart ');
    http.expectOne({ method: 'PUT', url: `${url}/bart` }).flush(null);
    await page.settled();
    await lists(maggie, bart);
    expect(people()).toHaveLength(2);
    expect(alert()).toBeUndefined();
    await add('bart');
    expect(alert()).toBe('bart is already a member.');
  });

  test('removes a member after a confirmation, but never the owner', async () => {
    await open(true, maggie, bart);
    const buttons = [...shown.querySelectorAll<HTMLButtonElement>('li button')];
    expect(buttons.map(({ textContent }) => textContent.trim())).toEqual(['Remove bart']);
    ask.mockReturnValueOnce({ afterClosed: () => of(undefined) });
    buttons[0]?.click();
    await vi.waitFor(() => {
      expect(ask).toHaveBeenCalledOnce();
    });
    await page.settled();
    const http = TestBed.inject(HttpTestingController);
    http.expectNone({ method: 'DELETE', url: `${url}/bart` });
    ask.mockReturnValueOnce({ afterClosed: () => of(true) });
    buttons[0]?.click();
    const call = await vi.waitFor(() => http.expectOne({ method: 'DELETE', url: `${url}/bart` }));
    call.flush(null);
    await page.settled();
    await lists(maggie);
    expect(people()).toHaveLength(1);
  });

  test('closes when the user is removed from the room', async () => {
    await open(false, maggie, bart);
    page.server.last.emit({ type: 'removed', room: 'plans', code: 'not_found' });
    await page.settled();
    expect(close).toHaveBeenCalled();
  });
});
