import { clearTranslations, loadTranslations } from '@angular/localize';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The language is set before the words are read, as the polyfill of a translated build does it: so they are imported afterwards.
const before = $localize.locale;

beforeAll(() => {
  $localize.locale = 'pl';
  loadTranslations({
    'quick.choose': 'Idź do pokoju',
    'room.typing.two': '{$two} i {$one} piszą …',
    'rooms.unread.one': '{$count} nieprzeczytana wiadomość',
    'rooms.unread.few': '{$count} nieprzeczytane wiadomości',
    'rooms.unread.many': '{$count} nieprzeczytanych wiadomości',
    'rooms.unread.other': '{$count} nieprzeczytanej wiadomości',
  });
});

afterAll(() => {
  clearTranslations();
  if (before === undefined) delete $localize.locale;
  else $localize.locale = before;
});

test('words are those of the translation, and English where it has none', async () => {
  const { quickTexts } = await import('./quick.ts');
  expect(quickTexts.choose).toBe('Idź do pokoju');
  expect(quickTexts.search).toBe('Search messages');
});

test('what stands in a sentence may change its place', async () => {
  const { roomTexts } = await import('./room.ts');
  expect(roomTexts.typing(['maggie', 'ned'])).toBe('ned i maggie piszą …');
});

test.each([
  [1, '1 nieprzeczytana wiadomość'],
  [3, '3 nieprzeczytane wiadomości'],
  [5, '5 nieprzeczytanych wiadomości'],
  [22, '22 nieprzeczytane wiadomości'],
  [1.5, '1.5 nieprzeczytanej wiadomości'],
])('a sentence with %s in it has the form of the language', async (n, words) => {
  const { roomsTexts } = await import('./rooms.ts');
  expect(roomsTexts.unread(n)).toBe(words);
});
