import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Theme } from './theme.ts';

const root = document.documentElement;

/** The theme as after a reload. */
function theme(): Theme {
  TestBed.resetTestingModule();
  const found = TestBed.inject(Theme);
  TestBed.tick();
  return found;
}

describe('the theme', () => {
  beforeEach(() => {
    localStorage.clear();
    delete root.dataset['theme'];
  });

  test('defaults to the system theme', () => {
    expect(theme().choice()).toBe('system');
    expect(root.dataset['theme']).toBeUndefined();
  });

  test('is applied when chosen, and stored', () => {
    theme().choose('dark');
    TestBed.tick();
    expect(root.dataset['theme']).toBe('dark');
    delete root.dataset['theme'];
    expect(theme().choice()).toBe('dark');
    expect(root.dataset['theme']).toBe('dark');
  });

  test('can be reset to the system theme, which clears the storage', () => {
    theme().choose('light');
    theme().choose('system');
    TestBed.tick();
    expect(root.dataset['theme']).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });

  test('is the system theme if the stored value is invalid', () => {
    localStorage.setItem('usher.theme', 'purple');
    expect(theme().choice()).toBe('system');
  });

  test('can be chosen without access to the storage', () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const found = theme();
    found.choose('dark');
    TestBed.tick();
    expect(root.dataset['theme']).toBe('dark');
  });
});
