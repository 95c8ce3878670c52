import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { RoomMessage } from '@usher/client/rooms';
import { beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../session/session.ts';
import { composerTexts } from '../texts/room.ts';
import { Composer, lengthOf, sendable, sends } from './composer.ts';
import { Drafts } from './session-storage.ts';

@Component({
  imports: [Composer],
  template: `<app-composer
    [room]="room()"
    title="General"
    [most]="most"
    [people]="['lisa', 'bart', 'barney']"
    [editing]="editing()"
    [archived]="archived()"
    (send)="sent.push($event)"
    (save)="saved.push($event)"
    (leave)="editing.set(undefined)"
    (editLast)="events.push('last')"
    (typing)="events.push('typing')"
  />`,
})
class Host {
  readonly room = signal('general');
  readonly editing = signal<RoomMessage | undefined>(undefined);
  readonly archived = signal(false);
  readonly most = 10;
  readonly sent: string[] = [];
  readonly saved: string[] = [];
  readonly events: string[] = [];
}

const message: RoomMessage = { seq: 3, id: 'm3', from: 'maggie', text: 'helo', at: 3, status: 'sent' };

const press = { key: 'Enter', shiftKey: false, ctrlKey: false, metaKey: false, isComposing: false, keyCode: 13 };

describe('the key that sends', () => {
  test('is Enter', () => {
    expect(sends(press, false)).toBe(true);
  });

  test.each([
    ['Shift+Enter', { ...press, shiftKey: true }],
    ['Enter that ends a composition', { ...press, isComposing: true }],
    ['Enter that ends a composition, reported only by its key code', { ...press, keyCode: 229 }],
    ['another key', { ...press, key: 'a', keyCode: 65 }],
  ])('%s does not', (_, event) => {
    expect(sends(event, false)).toBe(false);
  });

  test('is not Enter on a screen keyboard', () => {
    expect(sends(press, true)).toBe(false);
    expect(sends({ ...press, shiftKey: true }, true)).toBe(false);
  });

  test.each([true, false])('is also Ctrl+Enter or Cmd+Enter (screen keyboard: %s)', (touch) => {
    expect(sends({ ...press, ctrlKey: true }, touch)).toBe(true);
    expect(sends({ ...press, metaKey: true }, touch)).toBe(true);
  });
});

describe('the text that is sent', () => {
  test('has no leading empty lines and no trailing white space', () => {
    expect(sendable('\n  \n  first\n\n  second \n ')).toBe('  first\n\n  second');
    expect(sendable(' \n ')).toBe('');
  });

  test('is measured in code points, as the server does', () => {
    expect(lengthOf('a👍')).toBe(2);
  });
});

describe('the composer', () => {
  beforeEach(() => {
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [Drafts, { provide: Session, useValue: { user: () => 'maggie', endReason: () => undefined } }],
    });
  });

  async function shown() {
    const fixture = TestBed.createComponent(Host);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    const field = page.querySelector('textarea');
    if (field === null) throw new Error('field not found');
    const type = async (text: string): Promise<void> => {
      field.value = text;
      field.dispatchEvent(new Event('input'));
      await fixture.whenStable();
    };
    const press = async (key: string, more: KeyboardEventInit = {}): Promise<KeyboardEvent> => {
      const event = new KeyboardEvent('keydown', { key, cancelable: true, ...more });
      field.dispatchEvent(event);
      await fixture.whenStable();
      return event;
    };
    const enter = (more: KeyboardEventInit = {}): Promise<KeyboardEvent> => press('Enter', more);
    const options = (): string[] =>
      [...page.querySelectorAll('[role=option]')].map((option) => option.textContent.trim());
    return { fixture, host: fixture.componentInstance, page, field, type, press, enter, options };
  }

  test('sends nothing in an archived room, shows the reason, and keeps the draft', async () => {
    const { fixture, host, page, field, type, enter } = await shown();
    await type('hello');
    host.archived.set(true);
    await fixture.whenStable();
    await enter();
    expect(host.sent).toEqual([]);
    expect(field.readOnly).toBe(true);
    expect(field.value).toBe('hello');
    expect(page.querySelector(`#${field.getAttribute('aria-describedby') ?? ''}`)?.textContent).toBe(
      composerTexts.archived,
    );
    host.archived.set(false);
    await fixture.whenStable();
    await enter();
    expect(host.sent).toEqual(['hello']);
  });

  test('sends the text on Enter and clears the field', async () => {
    const { host, field, type, enter } = await shown();
    await type('hello');
    const event = await enter();
    expect(host.sent).toEqual(['hello']);
    expect(field.value).toBe('');
    expect(event.defaultPrevented).toBe(true);
  });

  test('leaves Shift+Enter to the field', async () => {
    const { host, type, enter } = await shown();
    await type('hello');
    const event = await enter({ shiftKey: true });
    expect(host.sent).toEqual([]);
    expect(event.defaultPrevented).toBe(false);
  });

  test('does not send white space', async () => {
    const { host, type, enter } = await shown();
    await type(' \n ');
    await enter();
    expect(host.sent).toEqual([]);
  });

  test('keeps a text over the limit, shows the excess and does not send it', async () => {
    const { host, page, field, type, enter } = await shown();
    await type('x'.repeat(12));
    expect(page.textContent).toContain('2 over the limit');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    await enter();
    expect(host.sent).toEqual([]);
    expect(field.value).toBe('x'.repeat(12));
  });

  test('keeps a separate draft for each room', async () => {
    const { fixture, host, field, type } = await shown();
    await type('half a tho');
    host.room.set('random');
    await fixture.whenStable();
    expect(field.value).toBe('');
    host.room.set('general');
    await fixture.whenStable();
    expect(field.value).toBe('half a tho');
  });

  test('suggests users after `@`, and completes the active one on Enter instead of sending', async () => {
    const { host, field, type, press, enter, options } = await shown();
    await type('hi @ba');
    expect(options()).toEqual(['bart', 'barney']);
    await press('ArrowDown');
    const chosen = document.querySelector(`#${field.getAttribute('aria-activedescendant') ?? 'none'}`);
    expect(field.getAttribute('aria-controls')).toBe('suggestions');
    expect(chosen?.textContent.trim() ?? options()[1]).toBe('barney');
    await enter();
    expect(field.value).toBe('hi @barney ');
    expect(host.sent).toEqual([]);
    expect(options()).toEqual([]);
  });

  test('closes the suggestions on Escape and keeps the text', async () => {
    const { field, type, press, options } = await shown();
    await type('@b');
    await press('Escape');
    expect(options()).toEqual([]);
    expect(field.value).toBe('@b');
  });

  test('completes a user on tap', async () => {
    const { fixture, page, field, type } = await shown();
    await type('@li');
    page.querySelector<HTMLElement>('[role=option]')?.click();
    await fixture.whenStable();
    expect(field.value).toBe('@lisa ');
  });

  test('replaces the draft while a message is edited, and restores it afterwards', async () => {
    const { fixture, host, field, type, press, enter } = await shown();
    await type('draft');
    host.editing.set(message);
    await fixture.whenStable();
    expect(field.value).toBe('helo');
    await type('hello');
    await enter();
    expect(host.saved).toEqual(['hello']);
    await press('Escape');
    expect(host.editing()).toBeUndefined();
    expect(field.value).toBe('draft');
    expect(host.sent).toEqual([]);
  });

  test('emits editLast on ArrowUp in an empty field only', async () => {
    const { host, type, press } = await shown();
    await press('ArrowUp');
    expect(host.events).toEqual(['last']);
    await type('x');
    await press('ArrowUp');
    expect(host.events).toEqual(['last', 'typing']);
  });

  test('does not emit typing while a message is edited', async () => {
    const { fixture, host, type } = await shown();
    host.editing.set(message);
    await fixture.whenStable();
    await type('hello');
    expect(host.events).toEqual([]);
  });
});
