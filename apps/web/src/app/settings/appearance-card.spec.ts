import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { Shown } from '../testing/shown.ts';
import { AppearanceCard } from './appearance-card.ts';
import { Theme } from './theme.ts';

describe('the card of the appearance', () => {
  beforeEach(() => {
    localStorage.clear();
  });

  function chosen(shown: Shown): string[] {
    return [...shown.page.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
  }

  test('is one group of which one is chosen: at first what the system says', async () => {
    const shown = await Shown.of(AppearanceCard);
    const group = shown.page.querySelector('[role=radiogroup]');
    expect(group?.querySelectorAll('input[type=radio][name=theme]')).toHaveLength(3);
    expect(chosen(shown)).toEqual(['system']);
  });

  test('what is chosen is worn at once', async () => {
    const shown = await Shown.of(AppearanceCard);
    shown.page.querySelector<HTMLInputElement>('[value=dark]')?.click();
    await shown.settled();
    expect(TestBed.inject(Theme).choice()).toBe('dark');
    expect(chosen(shown)).toEqual(['dark']);
  });

  test('what was chosen elsewhere in the app is chosen here', async () => {
    const shown = await Shown.of(AppearanceCard);
    TestBed.inject(Theme).choose('light');
    await shown.settled();
    expect(chosen(shown)).toEqual(['light']);
  });
});
