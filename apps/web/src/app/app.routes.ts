import type { Routes } from '@angular/router';
import { signedIn, signedOut } from './session/guards.ts';
import { texts } from './texts.ts';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: texts.titles.signIn,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/sign-in-page.ts')).SignInPage,
  },
  {
    path: 'create-account',
    title: texts.titles.createAccount,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/create-account-page.ts')).CreateAccountPage,
  },
  {
    path: '',
    canMatch: [signedIn],
    loadChildren: async () => (await import('./shell/shell.routes.ts')).shellRoutes,
  },
];
