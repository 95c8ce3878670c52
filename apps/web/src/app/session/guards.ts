import { inject } from '@angular/core';
import { type CanActivateFn, type CanMatchFn, Router } from '@angular/router';
import { safeReturn } from './return-url.ts';
import { Session } from './session.ts';

/** Lets only those in who are signed in; others sign in first and are led on to where they were going. */
export const signedIn: CanMatchFn = () => {
  if (inject(Session).user() !== undefined) return true;
  const router = inject(Router);
  const wanted = router.currentNavigation()?.extractedUrl.toString() ?? '/';
  return router.createUrlTree(['/sign-in'], { queryParams: wanted === '/' ? {} : { return: wanted } });
};

/** The sign-in pages are for those who are not signed in. */
export const signedOut: CanActivateFn = (route) => {
  if (inject(Session).user() === undefined) return true;
  return inject(Router).parseUrl(safeReturn(route.queryParams['return']));
};
