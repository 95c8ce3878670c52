import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draw } from './draw.ts';
import { parseMarkdown } from './markdown.ts';
import { withMentions } from './markup.ts';

/** The only elements that a message may contain. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  P: [],
  STRONG: [],
  EM: [],
  BR: [],
  CODE: [],
  PRE: ['tabindex'],
  BLOCKQUOTE: [],
  UL: [],
  OL: ['start'],
  LI: [],
  BDI: [],
  SPAN: ['class'],
  A: ['href', 'target', 'rel', 'title'],
};

function shown(text: string, user = 'maggie'): HTMLElement {
  const box = document.createElement('div');
  box.append(
    ...draw(
      document,
      withMentions(parseMarkdown(text), () => true),
      user,
    ),
  );
  return box;
}

function html(text: string): string {
  return shown(text).innerHTML;
}

describe('message markup', () => {
  test.each([
    ['**bold** and *italic*', '<p><strong>bold</strong> and <em>italic</em></p>'],
    ['snake_case_names and 2*3*4', '<p>snake_case_names and 2<em>3</em>4</p>'],
    ['`a < b`', '<p><code>a &lt; b</code></p>'],
    ['```js\nlet a = "<b>";\n```', '<pre tabindex="0"><code>let a = "&lt;b&gt;";\n</code></pre>'],
    ['first\nsecond', '<p>first<br>second</p>'],
    ['> said\n\nanswered', '<blockquote><p>said</p></blockquote><p>answered</p>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['3. three\n4. four', '<ol start="3"><li>three</li><li>four</li></ol>'],
    [String.raw`\*not\*`, '<p>*not*</p>'],
    ['ask @bart', '<p>ask <span class="mention">@bart</span></p>'],
    ['**@maggie**', '<p><strong><span class="mention own">@maggie</span></strong></p>'],
    ['`@bart`', '<p><code>@bart</code></p>'],
  ])('%j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  test.each([
    '# no heading',
    '![no picture](https://example.org/x.png)',
    '| no | table |\n|---|---|',
    '<b>no html</b>',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '&amp; &lt; &#106;',
    '[x]: https://example.org',
  ])('keeps unsupported markup as text: %j', (text) => {
    const box = shown(text);
    expect(box.querySelector('h1, img, table, b, script, hr')).toBeNull();
    if (!text.includes('https')) expect(box.textContent.replaceAll('\n', '')).toBe(text.replaceAll('\n', ''));
  });

  test.each([
    ['https://example.org/a_b?c=d&e', 'https://example.org/a_b?c=d&e'],
    ['(see http://example.org).', 'http://example.org'],
    ['[words](https://example.org)', 'https://example.org'],
    ['<https://example.org>', 'https://example.org'],
    ['mailto:bart@example.org', 'mailto:bart@example.org'],
  ])('%j becomes a link that opens a new tab without referrer or opener', (text, href) => {
    const anchor = shown(text).querySelector('a');
    expect(anchor?.getAttribute('href')).toBe(href);
    expect(anchor?.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(anchor?.getAttribute('target')).toBe('_blank');
  });

  test('a link text that differs from its target has the target as tooltip', () => {
    expect(shown('[my bank](https://example.org/)').querySelector('a')?.title).toBe('https://example.org/');
  });

  test('a link whose text is a URL of another host shows its target, isolated from the text', () => {
    const anchor = shown('[https://bank.example](https://evil.example/login)').querySelector('a');
    expect(anchor?.innerHTML).toBe('<bdi>https://bank.example</bdi> (<bdi>evil.example</bdi>)');
    expect(anchor?.title).toBe('https://evil.example/login');
  });

  test('a URL is shown as typed, not decoded into a lookalike', () => {
    const typed = 'https://xn--pple-43d.com/';
    expect(shown(typed).querySelector('a')?.textContent).toBe(typed);
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](data:image/svg+xml;base64,AAAA)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](/api/auth)',
    '[x](//example.org)',
    '<javascript:alert(1)>',
    'ftp://example.org and //example.org and example.org',
    'bart@example.org',
  ])('%j does not become a link', (text) => {
    expect(shown(text).querySelector('a')).toBeNull();
  });

  test('arbitrary input produces only allowed elements and attributes', () => {
    const hostile = fc.constantFrom(
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<svg/onload=alert(1)>',
      '[a](javascript:alert(1))',
      '](javascript:alert(1))',
      '[a](https://e.org "\' onmouseover=alert(1)")',
      '![a](https://e.org/x.png)',
      'data:text/html;base64,AAAA',
      '&#x6A;avascript:',
      'https://e.org/<script>',
      'https://e.org/"onclick="x',
      '```',
      '~~~',
      '`',
      '**',
      '*',
      '_',
      '> ',
      '- ',
      '1. ',
      '\n',
      '\n\n',
      '[',
      '](',
      ')',
      '<',
      '>',
      '\\',
      '@maggie',
      '\u202E',
      '\0',
      'שלום',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'grapheme' })), { maxLength: 30 }), (parts) => {
        for (const each of shown(parts.join('')).querySelectorAll('*')) {
          const attributes = allowed[each.tagName];
          expect(attributes, each.tagName).toBeDefined();
          for (const name of each.getAttributeNames()) expect(attributes).toContain(name);
          if (each instanceof HTMLAnchorElement) expect(each.href).toMatch(/^(?:https?:\/\/|mailto:)/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the nesting depth is limited', () => {
    expect(shown('> '.repeat(2_000)).querySelectorAll('*').length).toBeLessThan(100);
    expect(shown('*a **b '.repeat(570)).textContent.length).toBeGreaterThan(1_000);
  });
});
