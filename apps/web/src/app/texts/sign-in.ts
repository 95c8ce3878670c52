export const signInTexts = {
  heading: $localize`:@@signIn.heading:Sign in`,
  lead: $localize`:@@signIn.lead:Good to see you. Take a seat.`,
  user: $localize`:@@signIn.user:User name`,
  submit: $localize`:@@signIn.submit:Sign in`,
  busy: $localize`:@@signIn.busy:Signing in …`,
  newHere: $localize`:@@signIn.newHere:New here?`,
  create: $localize`:@@signIn.create:Create an account`,
  missing: $localize`:@@signIn.missing:Both the user name and the password are needed.`,
} as const;
