export const shellTexts = {
  rooms: $localize`:@@shell.rooms:Rooms`,
  newRoom: $localize`:@@shell.newRoom:Create a room`,
  connection: $localize`:@@shell.connection:Connection`,
  connectionState: $localize`:@@shell.connectionState:Connection status`,
  account: $localize`:@@shell.account:Account`,
  settings: $localize`:@@shell.settings:Settings`,
  signOut: $localize`:@@shell.signOut:Sign out`,
  shortcuts: $localize`:@@shell.shortcuts:Keyboard shortcuts`,
  theme: $localize`:@@shell.theme:Appearance`,
  themes: {
    system: $localize`:@@shell.themes.system:System`,
    light: $localize`:@@shell.themes.light:Light`,
    dark: $localize`:@@shell.themes.dark:Dark`,
  },
  navigation: $localize`:@@shell.navigation:Rooms and account`,
} as const;
