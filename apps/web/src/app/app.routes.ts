import type { Routes } from '@angular/router';
import { signedIn, signedOut } from './session/guards.ts';
import { titleTexts } from './texts/shell.ts';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: titleTexts.signIn,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/pages.ts')).SignInPage,
  },
  {
    path: 'create-account',
    title: titleTexts.createAccount,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./session/pages.ts')).CreateAccountPage,
  },
  {
    path: '',
    canMatch: [signedIn],
    loadChildren: async () => (await import('./shell/shell.routes.ts')).shellRoutes,
  },
];
