import type { Routes } from '@angular/router';
import { CreateAccountPage } from './session/create-account-page.ts';
import { signedIn, signedOut } from './session/guards.ts';
import { SignInPage } from './session/sign-in-page.ts';
import { titleTexts } from './texts/shell.ts';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: titleTexts.signIn,
    canActivate: [signedOut],
    // Not lazy: a separate request would take longer than the transfer of these bytes.
    component: SignInPage,
  },
  {
    path: 'create-account',
    title: titleTexts.createAccount,
    canActivate: [signedOut],
    component: CreateAccountPage,
  },
  {
    // Also for signed-in users: the link may belong to another account.
    path: 'set-password',
    title: titleTexts.setPassword,
    loadComponent: async () => (await import('./session/set-password-page.ts')).SetPasswordPage,
  },
  {
    path: 'admin',
    canMatch: [signedIn],
    // Few users are operators; the others never load the console.
    data: { preload: false },
    loadChildren: async () => (await import('./operator/operator.routes.ts')).operatorRoutes,
  },
  {
    path: '',
    canMatch: [signedIn],
    loadChildren: async () => (await import('./shell/shell.routes.ts')).shellRoutes,
  },
];
