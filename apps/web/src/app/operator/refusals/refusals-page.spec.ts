import { Router } from '@angular/router';
import { TestBed } from '@angular/core/testing';
import type { Refusal } from '@usher/operator-api';
import { beforeEach, describe, expect, test } from 'vitest';
import { OperatorPage } from '../../testing/operator-page.ts';
import { RefusalsPage } from './refusals-page.ts';

function refusal(number: number, more: Partial<Refusal> = {}): Refusal {
  return {
    at: 1_800_000_000_000 - number,
    kind: 'handshake',
    code: 'invalid_ticket',
    reason: 'expired',
    node: 'a',
    ...more,
  };
}

let page: OperatorPage;

describe('the list of refusals', () => {
  beforeEach(() => {
    page = new OperatorPage(RefusalsPage, 'admin/refusals');
  });

  test('sends the filter of the URL to the server and explains its reason', async () => {
    page.respond('refusals', () => ({
      refusals: [refusal(1, { reason: 'used', user: 'maggie' })],
      total: 1,
      missing: [],
    }));
    await page.open('/admin/refusals?reason=used&user=maggie&kind=unknown&last=x');
    await page.shows(() => page.element.querySelector('summary'));
    expect(page.queries).toEqual([{ type: 'refusals', reason: 'used', user: 'maggie' }]);
    expect(page.text).toContain('A ticket was used a second time.');
  });

  test('marks a replay and shows what the client received', async () => {
    page.respond('refusals', () => ({ refusals: [refusal(1, { reason: 'used' }), refusal(2)], total: 2, missing: [] }));
    await page.open('/admin/refusals');
    await page.shows(() => page.element.querySelector('summary'));
    expect([...page.element.querySelectorAll('li.replay')]).toHaveLength(1);
    const details = page.element.querySelector('details');
    if (details !== null) details.open = true;
    await page.shows(() => page.element.querySelector('app-refusal-facts'));
    expect(page.text).toMatch(/The client received\s*invalid_ticket/);
  });

  test('loads the next page behind the first', async () => {
    page.respond('refusals', ({ cursor }) =>
      cursor === undefined
        ? { refusals: [refusal(1)], total: 2, next: 'c2', missing: [] }
        : { refusals: [refusal(2)], total: 2, missing: [] },
    );
    await page.open('/admin/refusals');
    await page.shows(() => page.element.querySelector('summary'));
    expect(page.text).toContain('1 of 2');
    page.button('Load more').click();
    await page.shows(() => page.element.querySelectorAll('summary').length === 2);
    expect(page.queries.at(-1)).toEqual({ type: 'refusals', cursor: 'c2' });
    expect(page.text).toContain('2 of 2');
  });

  test('names the nodes that did not respond', async () => {
    page.respond('refusals', () => ({ refusals: [], total: 0, missing: ['b'] }));
    await page.open('/admin/refusals');
    await page.shows(() => page.text.includes('no response from b'));
    expect(page.text).toContain('No refusals');
  });

  test('changes the URL with a filter, so that Back returns to the previous one', async () => {
    page.respond('refusals', () => ({ refusals: [], total: 0, missing: [] }));
    await page.open('/admin/refusals');
    const field = await page.shows(() => page.element.querySelector<HTMLInputElement>('#filter-user'));
    field.value = ' maggie ';
    field.dispatchEvent(new Event('change'));
    await page.shows(() => TestBed.inject(Router).url === '/admin/refusals?user=maggie');
    await page.shows(() => page.queries.length === 2);
    expect(page.queries.at(-1)).toEqual({ type: 'refusals', user: 'maggie' });
    expect(page.text).toContain('No refusals match these filters');
  });

  test('counts groups on the server, and a group leads to its refusals', async () => {
    page.respond('refusals', () => ({ refusals: [], total: 0, missing: [] }));
    page.respond('refusal_groups', () => ({
      groups: [{ value: 'https://other.example', count: 214, lastAt: Date.now() }],
      total: 214,
      missing: [],
    }));
    await page.open('/admin/refusals?reason=origin_forbidden&by=origin');
    const link = await page.shows(() => page.element.querySelector('app-refusal-group-list a'));
    expect(page.queries).toContainEqual({
      type: 'refusal_groups',
      by: 'origin',
      reason: 'origin_forbidden',
      limit: 100,
    });
    expect(link.getAttribute('href')).toBe('/admin/refusals?reason=origin_forbidden&origin=https:%2F%2Fother.example');
  });
});
