/** The pages of those who are not signed in, in one lazy file: from one to the other nobody waits. */
export { CreateAccountPage } from './create-account-page.ts';
export { SignInPage } from './sign-in-page.ts';
