import type { Routes } from '@angular/router';
import { signedIn, signedOut } from './session/guards.ts';
import { texts } from './texts.ts';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: texts.titles.signIn,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/pages.ts')).SignInPage,
  },
  {
    path: 'create-account',
    title: texts.titles.createAccount,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/pages.ts')).CreateAccountPage,
  },
  {
    path: '',
    canMatch: [signedIn],
    loadChildren: async () => (await import('./shell/shell.routes.ts')).shellRoutes,
  },
];
