/** The sign-in pages in one lazy chunk, so that switching between them needs no request. */
export { CreateAccountPage } from './create-account-page.ts';
export { SetPasswordPage } from './set-password-page.ts';
export { SignInPage } from './sign-in-page.ts';
