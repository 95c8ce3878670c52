import { expect, test } from 'vitest';
import { browserTabs } from './tabs.ts';

test('shares nothing outside a browser', () => {
  expect(browserTabs()).toEqual({});
});
