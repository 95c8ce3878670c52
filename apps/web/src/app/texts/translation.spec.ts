import { clearTranslations, loadTranslations } from '@angular/localize';
import { afterEach, expect, test } from 'vitest';
import { roomTexts } from './room.ts';
import { roomsTexts } from './rooms.ts';

afterEach(() => {
  clearTranslations();
});

test('a translation replaces the sentence and may reorder its placeholders', () => {
  loadTranslations({ 'room.typing.two': '{$two} i {$one} piszą …' });
  expect(roomTexts.typing(['maggie', 'ned'])).toBe('ned i maggie piszą …');
});

test('each plural form is a separate message', () => {
  loadTranslations({
    'rooms.unread.one': '{$count} nieprzeczytana wiadomość',
    'rooms.unread.few': '{$count} nieprzeczytane wiadomości',
    'rooms.unread.many': '{$count} nieprzeczytanych wiadomości',
    'rooms.unread.other': '{$count} nieprzeczytanej wiadomości',
  });
  expect(roomsTexts.unread(1)).toBe('1 nieprzeczytana wiadomość');
  expect(roomsTexts.unread(2)).toBe('2 nieprzeczytanej wiadomości');
});
