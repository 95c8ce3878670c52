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

  test('is the system’s at first', () => {
    expect(theme().choice()).toBe('system');
    expect(root.dataset['theme']).toBeUndefined();
  });

  test('is worn when it is chosen, and remembered', () => {
    theme().choose('dark');
    TestBed.tick();
    expect(root.dataset['theme']).toBe('dark');
    delete root.dataset['theme'];
    expect(theme().choice()).toBe('dark');
    expect(root.dataset['theme']).toBe('dark');
  });

  test('can be given back to the system, which leaves nothing behind', () => {
    theme().choose('light');
    theme().choose('system');
    TestBed.tick();
    expect(root.dataset['theme']).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });

  test('is the system’s where the storage holds something else', () => {
    localStorage.setItem('usher.theme', 'purple');
    expect(theme().choice()).toBe('system');
  });

  test('can be chosen where storage is forbidden', () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const found = theme();
    found.choose('dark');
    TestBed.tick();
    expect(root.dataset['theme']).toBe('dark');
  });
});
