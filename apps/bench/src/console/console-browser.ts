import { chromium, type Browser, type Page } from 'playwright-core';

const viewport = { width: 1440, height: 900 };
const timeoutMs = 20_000;

/** The pages of the console whose CPU time is measured, with the element that shows that the page is complete. */
export const consolePages = {
  overview: { path: '/admin', shown: 'app-figure-card canvas' },
  connections: { path: '/admin/connections', shown: 'ul.rows > li' },
  refusals: { path: '/admin/refusals', shown: 'ul.rows > li' },
} as const;

export type ConsolePageName = keyof typeof consolePages;

/** A filter of a list: a field and a value, and a text that the elements of a selector contain when the list is filtered. */
export interface Filter {
  readonly page: ConsolePageName;
  readonly field: string;
  readonly value: string;
  readonly selector: string;
  /** Defaults to the value. */
  readonly text?: string;
}

/**
 * Runs in each page before its scripts and records when the data is shown. The page itself measures, because messages between this
 * process and the browser take time.
 */
function watch(pages: readonly { readonly path: string; readonly shown: string }[]): void {
  const shown = pages.find(({ path }) => path === location.pathname)?.shown;
  if (shown === undefined) return;
  const observer = new MutationObserver(() => {
    if (document.querySelector(shown) === null) return;
    observer.disconnect();
    requestAnimationFrame(() => Object.assign(window, { shownAt: performance.now() }));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** A Chromium in which an operator is signed in. */
export class ConsoleBrowser {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /** @param executable path of a Chromium. @param url the URL of the server, which has the demo users */
  static async open(executable: string, url: string): Promise<ConsoleBrowser> {
    const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport, baseURL: url });
    page.setDefaultTimeout(timeoutMs);
    await page.addInitScript(watch, Object.values(consolePages));
    await page.goto('/sign-in?return=%2Fadmin');
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[type="password"]').fill('secret');
    await page.locator('form button[type="submit"]').click();
    await page.locator(consolePages.overview.shown).first().waitFor();
    return new ConsoleBrowser(browser, page);
  }

  /** Opens a page of the console. Resolves to the time from the start of the navigation until its data is shown, in milliseconds. */
  async open(name: ConsolePageName): Promise<number> {
    const { path } = consolePages[name];
    await this.leave();
    await this.#page.goto(path);
    const shownAt = await this.#page.waitForFunction(() => (window as { shownAt?: number }).shownAt);
    return (await shownAt.jsonValue()) ?? Number.NaN;
  }

  /** Filters the list of the open page. Resolves to the time from the input until only matching rows are shown, in milliseconds. */
  async filter({ field, value, selector, text = value }: Filter): Promise<number> {
    return this.#page.evaluate(
      ([id, value, selector, text, timeoutMs]) =>
        new Promise<number>((resolve, reject) => {
          const input = document.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`);
          if (input === null) throw new Error(`${id} is not on the page`);
          const startedAt = performance.now();
          const observer = new MutationObserver(() => {
            const found = [...document.querySelectorAll(selector)];
            if (found.length === 0 || !found.every((each) => each.textContent.includes(text))) return;
            observer.disconnect();
            requestAnimationFrame(() => {
              resolve(performance.now() - startedAt);
            });
          });
          observer.observe(document, { childList: true, subtree: true, characterData: true });
          setTimeout(() => {
            reject(new Error(`${id}: the list was not filtered in time`));
          }, timeoutMs);
          input.value = value;
          input.dispatchEvent(new Event('change', { bubbles: true }));
        }),
      [`filter-${field}`, value, selector, text, timeoutMs] as const,
    );
  }

  /** Leaves the console, which closes its socket. */
  async leave(): Promise<void> {
    await this.#page.goto('about:blank');
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
