import { DOCUMENT, afterNextRender, inject } from '@angular/core';
import { Router } from '@angular/router';

/**
 * After a navigation, focuses an element of the new page if the focus was lost because the focused element was removed. Does nothing at
 * page load, where the first Tab leads to the skip link. Must be called in an injection context.
 */
export function focusAfterNavigation(id: string): void {
  const document = inject(DOCUMENT);
  const isPageLoad = inject(Router).lastSuccessfulNavigation() === null;
  afterNextRender(() => {
    if (!isPageLoad && document.activeElement === document.body) document.getElementById(id)?.focus();
  });
}
