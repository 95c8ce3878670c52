export const signInTexts = {
  heading: $localize`:@@signIn.heading:Sign in`,
  lead: $localize`:@@signIn.lead:Welcome back.`,
  user: $localize`:@@signIn.user:User name`,
  submit: $localize`:@@signIn.submit:Sign in`,
  busy: $localize`:@@signIn.busy:Signing in…`,
  newHere: $localize`:@@signIn.newHere:New here?`,
  create: $localize`:@@signIn.create:Create an account`,
  missing: $localize`:@@signIn.missing:Enter your user name and password.`,
} as const;
