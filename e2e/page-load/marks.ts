import type { BrowserContext, Page } from '@playwright/test';

/** The time at which each element was first on the screen, in ms since the navigation started. */
export type Marks = Readonly<Record<string, number>>;

/** The elements to record: by name, a selector and optionally a text that the element contains. */
export type Wanted = Readonly<Record<string, { readonly selector: string; readonly text?: string }>>;

/**
 * Records in each document of a browser when the wanted elements are on the screen for the first time, and when a form was submitted
 * (`submit`). It looks once per frame, so the times are those of the frame that shows the element.
 */
export async function recordMarks(context: BrowserContext, wanted: Wanted): Promise<void> {
  await context.addInitScript((all: Wanted) => {
    const marks: Record<string, number> = {};
    Object.assign(window, { marks });
    document.addEventListener('submit', () => (marks['submit'] = performance.now()), { capture: true, once: true });
    const look = (): void => {
      for (const [name, { selector, text = '' }] of Object.entries(all)) {
        if (name in marks) continue;
        for (const found of document.querySelectorAll(selector)) {
          if (found.checkVisibility({ visibilityProperty: true }) && found.textContent.includes(text)) {
            marks[name] = performance.now();
          }
        }
      }
      requestAnimationFrame(look);
    };
    look();
  }, wanted);
}

/** Resolves to the marks when there is one with this name. */
export async function marksWith(page: Page, name: string): Promise<Marks> {
  await page.waitForFunction((it) => it in (window as unknown as { marks: Marks }).marks, name, { polling: 50 });
  return page.evaluate(() => (window as unknown as { marks: Marks }).marks);
}
