import { expect, test } from 'vitest';
import { redactUrl, withoutTickets } from './redact.ts';

const ticket = 'a-_9'.repeat(10) + 'abc';

test.each([
  [`/api/ws?ticket=${ticket}`, '/api/ws?ticket=redacted'],
  [`/x?a=1&TICKET=${ticket}&b=2`, '/x?a=1&TICKET=redacted&b=2'],
  [`/x?%74icke%74=${ticket}`, '/x?%74icke%74=redacted'],
  [`/x?a;ticket=${ticket}`, '/x?a;ticket=redacted'],
  [`/x?a=?ticket=${ticket}`, '/x?a=?ticket=redacted'],
  [`/x?+ticket=${ticket}`, '/x?+ticket=redacted'],
  ['/x?access_token=abc&token=def&jwt=ghi', '/x?access_token=redacted&token=redacted&jwt=redacted'],
  ['/x?%zz%74icket%=abc', '/x?%zz%74icket%=abc'],
  ['/x?page=2', '/x?page=2'],
  ['/x', '/x'],
])('%s is logged as %s', (url, clean) => {
  expect(redactUrl(url)).toBe(clean);
});

test('on other paths, a parameter named ticket or token is redacted only if its value looks like a ticket', () => {
  expect(withoutTickets('/support?ticket=4711', false)).toBe('/support?ticket=4711');
  expect(withoutTickets(`/support?ticket=${ticket}`, false)).toBe('/support?ticket=redacted');
  expect(withoutTickets('/reset?token=abc', false)).toBe('/reset?token=abc');
  expect(withoutTickets('/x?access_token=abc', false)).toBe('/x?access_token=redacted');
  expect(withoutTickets(`/x?ws%5Fticket=${ticket}`, false)).toBe('/x?ws%5Fticket=redacted');
  expect(withoutTickets(`/api/ws?${ticket}&room=general&id=${ticket}&token=abc`, true)).toBe(
    '/api/ws?redacted&room=general&id=redacted&token=redacted',
  );
  expect(withoutTickets(`/api/ws?ticket=${ticket}`, true)).toBe('/api/ws?ticket=redacted');
  expect(withoutTickets('/api/ws?ticket=4711&ticket=4712', true)).toBe('/api/ws?ticket=redacted&ticket=redacted');
});
