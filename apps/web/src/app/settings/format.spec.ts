import type { Device } from '@usher/chat-api';
import { describe, expect, test } from 'vitest';
import { endingTexts } from '../texts/settings.ts';
import { agoOf, deviceText } from './format.ts';
import { revocationText } from './revocation.ts';

const now = new Date('2026-11-24T12:00:00Z').getTime();
const minute = 60_000;
const hour = 60 * minute;

test.each<[Device, string]>([
  [{ browser: 'Firefox 128', system: 'Windows', kind: 'desktop' }, 'Firefox 128 on Windows'],
  [{ browser: 'curl 8.5', kind: 'other' }, 'curl 8.5 on an unknown system'],
  [{ system: 'Android', kind: 'phone' }, 'Unknown browser on Android'],
  [{ kind: 'other' }, 'Unknown device'],
])('%j is described as %s', (device, text) => {
  expect(deviceText(device)).toBe(text);
});

test.each([
  [-5 * minute, 'just now'],
  [0, 'just now'],
  [2 * minute - 1, 'just now'],
  [2 * minute, '2 minutes ago'],
  [hour - 1, '59 minutes ago'],
  [hour, '1 hour ago'],
  [24 * hour - 1, '23 hours ago'],
  [24 * hour, '1 day ago'],
  [29 * 24 * hour, '29 days ago'],
])('%d ms ago is shown as %s', (passed, text) => {
  expect(agoOf(now - passed, now)).toBe(text);
});

describe('the text about ended sessions', () => {
  const node = (name: string, closed: number, ms: number) => ({ node: name, closed, ms });

  test.each([
    ['nothing was open', [node('a', 0, 3)], 'Session ended. No open connections.'],
    ['one connection, in the time that it took', [node('a', 1, 12.4)], 'Session ended. 1 connection closed in 12 ms.'],
    [
      'several, in the time of the slowest server',
      [node('a', 1, 12), node('b', 1, 48)],
      'Session ended. 2 connections closed in 48 ms.',
    ],
  ])('%s', (_, nodes, text) => {
    const closed = nodes.reduce((sum, each) => sum + each.closed, 0);
    expect(revocationText('Session ended.', { closed, nodes, complete: true })).toEqual({ text, complete: true });
  });

  test('mentions servers that did not confirm', () => {
    expect(revocationText('Session ended.', { closed: 1, nodes: [node('a', 1, 12)], complete: false })).toEqual({
      text: `Session ended. 1 connection closed in 12 ms. ${endingTexts.unconfirmed}`,
      complete: false,
    });
  });
});
