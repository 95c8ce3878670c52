export const createAccountTexts = {
  heading: $localize`:@@createAccount.heading:Create an account`,
  lead: $localize`:@@createAccount.lead:A name and a password are all it takes.`,
  userHint: $localize`:@@createAccount.userHint:Lower-case letters, digits, dots, dashes and underscores; up to 32.`,
  submit: $localize`:@@createAccount.submit:Create account`,
  busy: $localize`:@@createAccount.busy:Creating the account …`,
  known: $localize`:@@createAccount.known:Have an account already?`,
  signIn: $localize`:@@createAccount.signIn:Sign in instead`,
  badUser: $localize`:@@createAccount.badUser:A user name has 1 to 32 lower-case letters, digits, dots, dashes or underscores.`,
} as const;
