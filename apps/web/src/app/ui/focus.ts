import { DOCUMENT, afterNextRender, inject } from '@angular/core';
import { Router } from '@angular/router';

/**
 * Focuses an element of a page that has just been navigated to, if the focus would otherwise be lost to the body: the element that had
 * it went away with the page before. Does nothing at page load, where the first Tab leads to the skip link. Call it in an injection
 * context.
 */
export function focusAfterNavigation(id: string): void {
  const document = inject(DOCUMENT);
  const isPageLoad = inject(Router).lastSuccessfulNavigation() === null;
  afterNextRender(() => {
    if (!isPageLoad && document.activeElement === document.body) document.getElementById(id)?.focus();
  });
}
