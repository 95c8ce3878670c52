export const titleTexts = {
  signIn: $localize`:@@titles.signIn:Sign in`,
  createAccount: $localize`:@@titles.createAccount:Create an account`,
  rooms: $localize`:@@titles.rooms:Rooms`,
  connection: $localize`:@@titles.connection:Connection`,
  settings: $localize`:@@titles.settings:Settings`,
  notFound: $localize`:@@titles.notFound:Page not found`,
  search: $localize`:@@titles.search:Search`,
} as const;
