import { expect, test } from 'vitest';
import { browserTabs } from './tabs.ts';

test('outside of a page nothing is shared', () => {
  expect(browserTabs()).toEqual({});
});
