export const createAccountTexts = {
  heading: $localize`:@@createAccount.heading:Create an account`,
  lead: $localize`:@@createAccount.lead:Choose a user name and a password.`,
  userHint: $localize`:@@createAccount.userHint:Up to 32 letters, digits, dots, dashes or underscores.`,
  submit: $localize`:@@createAccount.submit:Create account`,
  busy: $localize`:@@createAccount.busy:Creating account…`,
  known: $localize`:@@createAccount.known:Already have an account?`,
  signIn: $localize`:@@createAccount.signIn:Sign in`,
  badUser: $localize`:@@createAccount.badUser:Use 1 to 32 letters, digits, dots, dashes or underscores.`,
} as const;
