import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { RenderedComponent } from '../testing/rendered-component.ts';
import { AppearanceCard } from './appearance-card.ts';
import { Theme } from './theme.ts';

describe('the appearance card', () => {
  beforeEach(() => {
    localStorage.clear();
  });

  function chosen(shown: RenderedComponent): string[] {
    return [...shown.page.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
  }

  test('is a radio group that defaults to the system theme', async () => {
    const shown = await RenderedComponent.of(AppearanceCard);
    const group = shown.page.querySelector('[role=radiogroup]');
    expect(group?.querySelectorAll('input[type=radio][name=theme]')).toHaveLength(3);
    expect(chosen(shown)).toEqual(['system']);
  });

  test('applies the chosen theme immediately', async () => {
    const shown = await RenderedComponent.of(AppearanceCard);
    shown.page.querySelector<HTMLInputElement>('[value=dark]')?.click();
    await shown.settled();
    expect(TestBed.inject(Theme).choice()).toBe('dark');
    expect(chosen(shown)).toEqual(['dark']);
  });

  test('follows a change of the theme elsewhere in the app', async () => {
    const shown = await RenderedComponent.of(AppearanceCard);
    TestBed.inject(Theme).choose('light');
    await shown.settled();
    expect(chosen(shown)).toEqual(['light']);
  });
});
