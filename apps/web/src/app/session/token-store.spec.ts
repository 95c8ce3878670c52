import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type HeldToken, TokenStore, tokenKey } from './token-store.ts';

const now = new Date('2026-11-24T12:00:00Z').getTime();
const good: HeldToken = { token: 'header.payload.signature', expires: now / 1000 + 900, user: 'maggie' };

/** What another tab does to the storage, and the event that this one gets of it. */
function elsewhere(value: HeldToken | undefined): void {
  if (value === undefined) localStorage.removeItem(tokenKey);
  else localStorage.setItem(tokenKey, JSON.stringify(value));
  window.dispatchEvent(new StorageEvent('storage', { key: tokenKey }));
}

describe('the token store', () => {
  beforeEach(() => {
    localStorage.clear();
    vi.useFakeTimers({ now, toFake: ['Date'] });
    return () => {
      vi.useRealTimers();
    };
  });

  test('holds nothing at first', () => {
    expect(TestBed.inject(TokenStore).held()).toBeUndefined();
  });

  test('keeps a token over a reload', () => {
    TestBed.inject(TokenStore).keep(good);
    TestBed.resetTestingModule();
    expect(TestBed.inject(TokenStore).held()).toEqual(good);
  });

  test('drops a token for good', () => {
    const store = TestBed.inject(TokenStore);
    store.keep(good);
    store.drop();
    expect(store.held()).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });

  test('does not take a token that ran out while the page was closed, and forgets it', () => {
    localStorage.setItem(tokenKey, JSON.stringify({ ...good, expires: now / 1000 }));
    expect(TestBed.inject(TokenStore).held()).toBeUndefined();
    expect(localStorage.getItem(tokenKey)).toBeNull();
  });

  test('takes a fresh token whatever the clock of this device says', () => {
    const store = TestBed.inject(TokenStore);
    store.keep({ ...good, expires: 1 });
    expect(store.held()?.user).toBe('maggie');
  });

  test.each(['', 'nonsense', 'null', '[]', '{"token":1,"expires":2,"user":"x"}', '{"token":"t","user":"x"}'])(
    'takes %j in the storage for nothing',
    (text) => {
      localStorage.setItem(tokenKey, text);
      expect(TestBed.inject(TokenStore).held()).toBeUndefined();
    },
  );

  test('hears that another tab signed out', () => {
    const store = TestBed.inject(TokenStore);
    store.keep(good);
    const heard = vi.fn();
    store.onChangeElsewhere(heard);
    elsewhere(undefined);
    expect(store.held()).toBeUndefined();
    expect(heard).toHaveBeenCalledExactlyOnceWith(undefined);
  });

  test('hears that another tab signed in', () => {
    const store = TestBed.inject(TokenStore);
    const heard = vi.fn();
    store.onChangeElsewhere(heard);
    elsewhere(good);
    expect(store.held()).toEqual(good);
    expect(heard).toHaveBeenCalledExactlyOnceWith(good);
  });

  test('hears that all of the storage was cleared', () => {
    const store = TestBed.inject(TokenStore);
    store.keep(good);
    localStorage.clear();
    window.dispatchEvent(new StorageEvent('storage', { key: null }));
    expect(store.held()).toBeUndefined();
  });

  test('does not care for other keys', () => {
    const store = TestBed.inject(TokenStore);
    const heard = vi.fn();
    store.onChangeElsewhere(heard);
    window.dispatchEvent(new StorageEvent('storage', { key: 'usher.theme' }));
    expect(heard).not.toHaveBeenCalled();
  });

  test('goes on in memory where storage is forbidden', () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const store = TestBed.inject(TokenStore);
    store.keep(good);
    expect(store.held()).toEqual(good);
    store.drop();
    expect(store.held()).toBeUndefined();
  });
});
