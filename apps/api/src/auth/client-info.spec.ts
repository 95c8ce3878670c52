import type { Device } from '@usher/chat-api';
import { describe, expect, test } from 'vitest';
import { deviceOf } from './client-info.ts';

const blink = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0';
const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5';

describe('the device of a session', () => {
  test.each<[string, string, Device]>([
    [
      'Chrome on Windows',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Safari/537.36`,
      { browser: 'Chrome 126', system: 'Windows', kind: 'desktop' },
    ],
    [
      'Chrome on a Chromebook',
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Safari/537.36`,
      { browser: 'Chrome 126', system: 'Chrome OS', kind: 'desktop' },
    ],
    [
      'Firefox on Linux',
      'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      { browser: 'Firefox 128', system: 'Linux', kind: 'desktop' },
    ],
    [
      'Safari on a Mac',
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Safari/605.1.15`,
      { browser: 'Safari 17', system: 'macOS', kind: 'desktop' },
    ],
    [
      'Safari on an iPhone',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) ${webkit} Mobile/15E148 Safari/604.1`,
      { browser: 'Safari 17', system: 'iOS', kind: 'phone' },
    ],
    [
      'Safari on an iPad',
      `Mozilla/5.0 (iPad; CPU OS 17_5_1 like Mac OS X) ${webkit} Mobile/15E148 Safari/604.1`,
      { browser: 'Safari 17', system: 'iOS', kind: 'tablet' },
    ],
    [
      'Edge',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Safari/537.36 Edg/126.0.2592.87`,
      { browser: 'Microsoft Edge 126', system: 'Windows', kind: 'desktop' },
    ],
    [
      'Chrome on an Android phone',
      `Mozilla/5.0 (Linux; Android 10; K) ${blink} Mobile Safari/537.36`,
      { browser: 'Chrome 126', system: 'Android', kind: 'phone' },
    ],
    [
      'Samsung’s browser on an Android tablet',
      'Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36',
      { browser: 'Samsung Internet for Android 25', system: 'Android', kind: 'tablet' },
    ],
    ['curl', 'curl/8.7.1', { browser: 'curl 8', kind: 'other' }],
    ['Node', 'node', { browser: 'node', kind: 'other' }],
    ['Python', 'python-requests/2.32.3', { browser: 'python-requests 2', kind: 'other' }],
  ])('is recognized: %s', (_name, userAgent, device) => {
    expect(deviceOf(userAgent)).toStrictEqual(device);
  });

  test.each([
    undefined,
    '',
    ' \t ',
    '\u0000',
    '<script>alert(1)</script>',
    '🦉🦉',
    '/x',
    '"; DROP TABLE users',
    'Mozilla/5.0',
  ])('is of the kind "other" without a usable User-Agent: %j', (userAgent) => {
    expect(deviceOf(userAgent)).toStrictEqual({ kind: 'other' });
  });

  test.each(['Evil<b>Browser/1.0', `${'x'.repeat(300)}/1.0`, 'Evil\u202EBrowser/1.0'])(
    'contains no long or unusual text: %j',
    (userAgent) => {
      expect(deviceOf(userAgent)).toStrictEqual({ kind: 'other' });
    },
  );

  test('has no version unless it is a short number', () => {
    expect(deviceOf(`Thing/${'9'.repeat(40)}`)).toStrictEqual({ browser: 'Thing', kind: 'other' });
    expect(deviceOf('Thing/next')).toStrictEqual({ browser: 'Thing', kind: 'other' });
  });

  test('is parsed from the first 256 characters only', () => {
    const head = 'Thing/1.0 '.padEnd(256, '-');
    expect(deviceOf(`${head} Firefox/128.0`)).toStrictEqual({ browser: 'Thing 1', kind: 'other' });
  });

  test('can be parsed from any bytes that a header may have', () => {
    for (let byte = 0; byte < 256; byte++) {
      const { browser = '', system = '' } = deviceOf(String.fromCharCode(byte).repeat(256) + 'Firefox/1.0');
      expect(browser + system).toMatch(/^[\w .+-]{0,88}$/);
    }
  });
});
