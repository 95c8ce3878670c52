import { inject } from '@angular/core';
import { type CanActivateFn, type CanMatchFn, Router } from '@angular/router';
import { safeReturn } from './sign-in-input.ts';
import { Session } from './session.ts';

/** Requires a session. Redirects to the sign-in page, which returns to the requested page afterwards. */
export const signedIn: CanMatchFn = () => {
  if (inject(Session).user() !== undefined) return true;
  const router = inject(Router);
  const wanted = router.currentNavigation()?.extractedUrl.toString() ?? '/';
  return router.createUrlTree(['/sign-in'], { queryParams: wanted === '/' ? {} : { return: wanted } });
};

/** Redirects signed-in users away from the sign-in pages. */
export const signedOut: CanActivateFn = (route) => {
  if (inject(Session).user() === undefined) return true;
  return inject(Router).parseUrl(safeReturn(route.queryParams['return']));
};
