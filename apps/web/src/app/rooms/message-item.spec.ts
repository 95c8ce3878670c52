import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { MentionNames } from './text/mention-names.ts';
import { type MessageAction, MessageItem } from './message-item.ts';

@Component({
  imports: [MessageItem],
  template: `<ol>
    <li
      app-message
      [message]="message()"
      [own]="true"
      [first]="true"
      [last]="true"
      user="maggie"
      (act)="acts.push($event)"
    ></li>
  </ol>`,
})
class Host {
  readonly message = signal<RoomMessage>({ seq: 1, id: 'm1', from: 'maggie', text: 'hello', at: 1, status: 'sent' });
  readonly acts: MessageAction[] = [];
}

async function shown(more: Partial<RoomMessage>) {
  const names = { notifies: () => false, lookUp: () => undefined };
  TestBed.configureTestingModule({ providers: [{ provide: MentionNames, useValue: names }] });
  const fixture = TestBed.createComponent(Host);
  const host = fixture.componentInstance;
  host.message.update((message) => ({ ...message, ...more }));
  await fixture.whenStable();
  const item = (fixture.nativeElement as HTMLElement).querySelector('li');
  if (item === null) throw new Error('message not found');
  const press = (text: string): void => {
    [...item.querySelectorAll('button')].find((button) => button.textContent.trim() === text)?.click();
  };
  return { host, item, press };
}

describe('a message', () => {
  test('shows that it was edited, and when', async () => {
    const { item } = await shown({ edited: Date.UTC(2026, 10, 24, 12) });
    expect(item.textContent).toContain('(edited)');
    expect(item.querySelector('[title^="Edited"]')?.getAttribute('title')).toContain('2026');
  });

  test('shows neither text nor actions after it was deleted', async () => {
    const { item } = await shown({ text: '', deleted: 2 });
    expect(item.textContent).toContain('Message deleted');
    expect(item.querySelector('button')).toBeNull();
  });

  test('can be sent again or discarded if sending failed', async () => {
    const { host, item, press } = await shown({ key: 'k', status: 'failed', error: 'too_long' });
    expect(item.textContent).toContain('message too long');
    press('Try again');
    press('Discard');
    expect(host.acts.map(({ kind }) => kind)).toEqual(['retry', 'discard']);
  });

  test('shows a rejected edit as not changed, not as not sent', async () => {
    const { item } = await shown({ key: 'k', change: 'edit', status: 'failed', error: 'forbidden' });
    expect(item.textContent).toContain('Not saved');
    expect(item.textContent).not.toContain('Not sent');
  });

  test('is shown as text, whatever it contains', async () => {
    const { item } = await shown({ text: '<img src=x onerror=alert(1)>' });
    expect(item.querySelector('img')).toBeNull();
    expect(item.textContent).toContain('<img src=x onerror=alert(1)>');
  });
});
