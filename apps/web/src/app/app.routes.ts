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
    // Also for signed-in users: the link may belong to another account.
    path: 'set-password',
    title: titleTexts.setPassword,
    loadComponent: async () => (await import('./session/pages.ts')).SetPasswordPage,
  },
  {
    path: '',
    canMatch: [signedIn],
    loadChildren: async () => (await import('./shell/shell.routes.ts')).shellRoutes,
  },
];
