export const appTexts = { name: $localize`:@@app.name:Usher`, skip: $localize`:@@app.skip:Skip to content` } as const;

export const titleTexts = {
  signIn: $localize`:@@title.signIn:Sign in`,
  createAccount: $localize`:@@title.createAccount:Create an account`,
  setPassword: $localize`:@@title.setPassword:Set a password`,
  rooms: $localize`:@@title.rooms:Rooms`,
  connection: $localize`:@@title.connection:Connection`,
  settings: $localize`:@@title.settings:Settings`,
  notFound: $localize`:@@title.notFound:Page not found`,
  search: $localize`:@@title.search:Search`,
} as const;

export const shellTexts = {
  rooms: $localize`:@@shell.rooms:Rooms`,
  newRoom: $localize`:@@shell.newRoom:Create a room`,
  connection: $localize`:@@shell.connection:Connection`,
  connectionState: $localize`:@@shell.connectionState:Connection status`,
  account: $localize`:@@shell.account:Account`,
  settings: $localize`:@@shell.settings:Settings`,
  operatorConsole: $localize`:@@shell.operatorConsole:Operator console`,
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

export const quickTexts = {
  choose: $localize`:@@quick.choose:Jump to…`,
  search: $localize`:@@quick.search:Search messages`,
} as const;

export const shortcutsTexts = {
  heading: $localize`:@@shortcuts.heading:Keyboard shortcuts`,
  room: $localize`:@@shortcuts.room:Jump to…`,
  above: $localize`:@@shortcuts.above:Previous room`,
  below: $localize`:@@shortcuts.below:Next room`,
  unreadAbove: $localize`:@@shortcuts.unreadAbove:Previous unread room`,
  unreadBelow: $localize`:@@shortcuts.unreadBelow:Next unread room`,
  help: $localize`:@@shortcuts.help:Keyboard shortcuts`,
  single: $localize`:@@shortcuts.single:Single-key shortcuts. Turn off if you use voice input.`,
  close: $localize`:@@shortcuts.close:Close`,
  keys: {
    control: $localize`:@@shortcuts.keys.control:Ctrl`,
    command: '⌘',
    alt: $localize`:@@shortcuts.keys.alt:Alt`,
    option: '⌥',
    shift: $localize`:@@shortcuts.keys.shift:Shift`,
  },
} as const;

export const notFoundTexts = {
  heading: $localize`:@@notFound.heading:Page not found`,
  text: $localize`:@@notFound.text:It may have moved.`,
} as const;

export const loadTexts = {
  offline: $localize`:@@load.offline:You’re offline. Try again when you’re back online.`,
  unreachable: $localize`:@@load.unreachable:Can’t reach the server. Try again in a moment.`,
  updated: $localize`:@@load.updated:Usher was updated.`,
  failed: $localize`:@@load.failed:Couldn’t load this part of the app.`,
  reload: $localize`:@@load.reload:Reload`,
  dismiss: $localize`:@@load.dismiss:Dismiss`,
} as const;

export const confirmTexts = {
  cancel: $localize`:@@confirm.cancel:Cancel`,
} as const;
