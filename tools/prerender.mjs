/**
 * Writes the sign-in form into the built page, so that it is on the screen before any script has arrived. Runs the built app in jsdom and
 * copies what it renders. `early.js` shows the copy to signed-out users; the app replaces it (session/prerendered.ts).
 * Usage: node tools/prerender.mjs FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JSDOM, VirtualConsole } from 'jsdom';

/** The app renders within a second. */
const deadlineMs = 30_000;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/prerender.mjs FOLDER');
const page = join(folder, 'index.html');
const html = readFileSync(page, 'utf8');
const place = '<div id="prerendered"></div>';
if (html.split(place).length !== 2) throw new Error(`index.html should have one ${place}`);

const [, language] =
  /locale="([^"]+)"/.exec(readFileSync(join(folder, nameOf(/src="(early-[\w-]+\.js)"/)), 'utf8')) ?? [];
if (language === undefined) throw new Error('early-*.js should set the locale');
globalThis.$localize = { locale: language };

const { window } = new JSDOM(html, {
  url: 'http://localhost/sign-in',
  pretendToBeVisual: true,
  virtualConsole: new VirtualConsole().forwardTo(console),
});
const missing = Object.getOwnPropertyNames(window).filter((name) => !(name in globalThis));
for (const name of [...missing, 'Event', 'EventTarget', 'CustomEvent', 'navigator']) {
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: window[name] });
}

await import(pathToFileURL(resolve(folder, nameOf(/src="(main-[\w-]+\.js)"/))).href);
const form = await rendered('app-sign-in-page');
const styles = [...window.document.head.querySelectorAll('style')].map(({ textContent }) => textContent).join('');
const look = form.outerHTML.replaceAll(/<!--.*?-->/g, '');
if (/<\/style/i.test(styles)) throw new Error('the styles cannot be part of the page');
const filled = `<div id="prerendered"><style>${styles}</style>${look.replace('id="user"', 'id="user" autofocus')}</div>`;
writeFileSync(
  page,
  html.replace(place, () => filled).replace('<script src="early-', '<script data-prerendered src="early-'),
);
process.exit(0);

/** Returns the file name that a pattern finds in the page. */
function nameOf(pattern) {
  const [, name] = pattern.exec(html) ?? [];
  if (name === undefined) throw new Error(`index.html should match ${pattern}`);
  return name;
}

/** Resolves to the element once it has content. */
function rendered(selector) {
  const { document, MutationObserver } = window;
  return new Promise((resolvePage, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the app did not render ${selector} within ${deadlineMs} ms`));
    }, deadlineMs);
    const look = () => {
      const found = document.querySelector(`app-root ${selector}`);
      if (found?.querySelector('input[type=password]') == null) return;
      clearTimeout(timer);
      resolvePage(found);
    };
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    look();
  });
}
