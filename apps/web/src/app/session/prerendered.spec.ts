import { beforeEach, describe, expect, test } from 'vitest';
import { replacePrerendered } from './prerendered.ts';

const form = '<input id="user" /><input id="password" type="password" />';

function field(container: string, id: string): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>(`${container} #${id}`);
  if (found === null) throw new Error(`there is no field ${id}`);
  return found;
}

describe('the prerendered form', () => {
  beforeEach(() => {
    document.documentElement.dataset['prerendered'] = 'shown';
    document.body.innerHTML = `<app-root>${form}</app-root><div id="prerendered">${form}</div>`;
  });

  test('is replaced with what the user has typed, and the focus stays in its field', () => {
    field('#prerendered', 'user').value = 'maggie';
    const password = field('#prerendered', 'password');
    password.value = 'half of it';
    password.focus();
    password.setSelectionRange(1, 3);

    expect(replacePrerendered(document)).toEqual({ isFocused: true, isSubmitted: false });
    expect(document.getElementById('prerendered')).toBeNull();
    expect(document.documentElement.dataset['prerendered']).toBeUndefined();
    expect(field('app-root', 'user').value).toBe('maggie');
    const own = field('app-root', 'password');
    expect(own.value).toBe('half of it');
    expect(document.activeElement).toBe(own);
    expect([own.selectionStart, own.selectionEnd]).toEqual([1, 3]);
  });

  test('reports a submit that happened before the app was ready', () => {
    document.documentElement.dataset['prerendered'] = 'submitted';
    expect(replacePrerendered(document)).toEqual({ isFocused: false, isSubmitted: true });
  });

  test('is removed without effect if it was not shown', () => {
    delete document.documentElement.dataset['prerendered'];
    field('#prerendered', 'user').value = 'maggie';
    expect(replacePrerendered(document)).toEqual({ isFocused: false, isSubmitted: false });
    expect(document.getElementById('prerendered')).toBeNull();
    expect(field('app-root', 'user').value).toBe('');
  });

  test('is removed if the app shows another page', () => {
    document.querySelector('app-root')?.replaceChildren();
    expect(replacePrerendered(document)).toEqual({ isFocused: false, isSubmitted: false });
    expect(document.getElementById('prerendered')).toBeNull();
  });

  test('is replaced once', () => {
    document.documentElement.dataset['prerendered'] = 'submitted';
    replacePrerendered(document);
    expect(replacePrerendered(document)).toEqual({ isFocused: false, isSubmitted: false });
  });
});
