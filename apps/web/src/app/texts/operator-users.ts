import { plural } from './language.ts';

export const usersTexts = {
  heading: $localize`:@@users.heading:Users`,
  lead: $localize`:@@users.lead:Accounts, their roles and their sessions.`,
  create: $localize`:@@users.create:Create user`,
  fields: {
    q: $localize`:@@users.fields.q:Name begins with`,
    disabled: $localize`:@@users.fields.disabled:Account`,
    role: $localize`:@@users.fields.role:Role`,
  },
  enabled: $localize`:@@users.enabled:Enabled`,
  disabled: $localize`:@@users.disabled:Disabled`,
  total: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@users.total.one:${shown}:count: user`,
      few: $localize`:@@users.total.few:${shown}:count: users`,
      many: $localize`:@@users.total.many:${shown}:count: users`,
      other: $localize`:@@users.total.other:${shown}:count: users`,
    }),
  sessions: (n: number) =>
    plural(n, {
      one: $localize`:@@users.sessions.one:${n}:count: session`,
      few: $localize`:@@users.sessions.few:${n}:count: sessions`,
      many: $localize`:@@users.sessions.many:${n}:count: sessions`,
      other: $localize`:@@users.sessions.other:${n}:count: sessions`,
    }),
  connections: (n: number) =>
    plural(n, {
      one: $localize`:@@users.connections.one:${n}:count: connection`,
      few: $localize`:@@users.connections.few:${n}:count: connections`,
      many: $localize`:@@users.connections.many:${n}:count: connections`,
      other: $localize`:@@users.connections.other:${n}:count: connections`,
    }),
  seen: (ago: string) => $localize`:@@users.seen:last seen ${ago}:ago:`,
  never: $localize`:@@users.never:never signed in`,
  empty: $localize`:@@users.empty:No users match these filters`,
  emptyHint: $localize`:@@users.emptyHint:Names are stored in lower case. Clear a filter, or create the user.`,
} as const;

export const newUserTexts = {
  heading: $localize`:@@newUser.heading:Create user`,
  name: $localize`:@@newUser.name:User name`,
  nameHint: $localize`:@@newUser.nameHint:Up to 32 letters, digits, dots, dashes or underscores.`,
  roles: $localize`:@@newUser.roles:Roles`,
  rolesHint: $localize`:@@newUser.rolesHint:Separated by commas. The role admin opens this console.`,
  badName: $localize`:@@newUser.badName:Use 1 to 32 letters, digits, dots, dashes or underscores.`,
  badRoles: $localize`:@@newUser.badRoles:A role begins with a lower-case letter and has at most 32 letters, digits, dashes or underscores.`,
  submit: $localize`:@@newUser.submit:Create user`,
  busy: $localize`:@@newUser.busy:Creating…`,
  cancel: $localize`:@@newUser.cancel:Cancel`,
} as const;

export const linkTexts = {
  heading: (user: string) => $localize`:@@link.heading:Password link for ${user}:user:`,
  text: (until: string) =>
    $localize`:@@link.text:Send this link to the user. It sets a password once, until ${until}:until:, and is not shown again.`,
  label: $localize`:@@link.label:Password link`,
  done: $localize`:@@link.done:Done`,
} as const;

export const userTexts = {
  back: $localize`:@@user.back:All users`,
  account: $localize`:@@user.account:Account`,
  facts: {
    roles: $localize`:@@user.facts.roles:Roles`,
    status: $localize`:@@user.facts.status:Status`,
    created: $localize`:@@user.facts.created:Created`,
    seen: $localize`:@@user.facts.seen:Last seen`,
    connections: $localize`:@@user.facts.connections:Connections`,
    refusals: $localize`:@@user.facts.refusals:Refusals`,
  },
  noRoles: $localize`:@@user.noRoles:none`,
  showConnections: $localize`:@@user.showConnections:Show connections`,
  showRefusals: $localize`:@@user.showRefusals:Show refusals`,
  disabledNote: $localize`:@@user.disabledNote:This account is disabled. Sign-ins, ticket calls and handshakes of this user are refused.`,
  sessions: $localize`:@@user.sessions:Sessions`,
  noSessions: $localize`:@@user.noSessions:No sessions. The user is not signed in on any device.`,
  started: (date: string) => $localize`:@@user.started:signed in ${date}:date:`,
  seen: (ago: string) => $localize`:@@user.seen:last seen ${ago}:ago:`,
  disable: $localize`:@@user.disable:Disable`,
  enable: $localize`:@@user.enable:Enable`,
  endAll: $localize`:@@user.endAll:End all sessions`,
  end: $localize`:@@user.end:End session`,
  endOf: (device: string) => $localize`:@@user.endOf:End session: ${device}:device:`,
  roles: $localize`:@@user.roles:Change roles`,
  link: $localize`:@@user.link:New password link`,
  unknown: $localize`:@@user.unknown:User not found`,
  unknownHint: $localize`:@@user.unknownHint:The name may be mistyped, or the user was removed.`,
  disableQuestion: {
    heading: (user: string) => $localize`:@@user.disableQuestion.heading:Disable ${user}:user:?`,
    text: $localize`:@@user.disableQuestion.text:All sessions end and all connections close with code 4501, on every node. The user can’t sign in until you enable the account again. Messages stay.`,
    yes: $localize`:@@user.disableQuestion.yes:Disable`,
  },
  enableQuestion: {
    heading: (user: string) => $localize`:@@user.enableQuestion.heading:Enable ${user}:user:?`,
    text: $localize`:@@user.enableQuestion.text:The user can sign in again with the same password. Ended sessions stay ended.`,
    yes: $localize`:@@user.enableQuestion.yes:Enable`,
  },
  endQuestion: {
    heading: (user: string, device: string) =>
      $localize`:@@user.endQuestion.heading:End the session of ${user}:user: on ${device}:device:?`,
    text: $localize`:@@user.endQuestion.text:This device is signed out, and its connections close with code 4501. Other sessions of the user continue.`,
    yes: $localize`:@@user.endQuestion.yes:End session`,
  },
  endAllQuestion: {
    heading: (user: string) => $localize`:@@user.endAllQuestion.heading:End all sessions of ${user}:user:?`,
    text: $localize`:@@user.endAllQuestion.text:The user is signed out on every device, and all connections close with code 4501. The account stays enabled: the user can sign in again.`,
    yes: $localize`:@@user.endAllQuestion.yes:End all sessions`,
  },
  rolesQuestion: {
    heading: (user: string) => $localize`:@@user.rolesQuestion.heading:Change the roles of ${user}:user:?`,
    text: (roles: string) =>
      $localize`:@@user.rolesQuestion.text:The user has exactly these roles: ${roles}:roles:. Open connections close and reconnect with them. The sessions continue.`,
    none: $localize`:@@user.rolesQuestion.none:The user has no roles. Open connections close and reconnect without them. The sessions continue.`,
    yes: $localize`:@@user.rolesQuestion.yes:Change roles`,
  },
  linkQuestion: {
    heading: (user: string) => $localize`:@@user.linkQuestion.heading:Create a password link for ${user}:user:?`,
    text: $localize`:@@user.linkQuestion.text:The person who opens the link sets a new password, once. Earlier links become invalid. The current password works until then.`,
    yes: $localize`:@@user.linkQuestion.yes:Create link`,
  },
} as const;

export const rolesTexts = {
  heading: (user: string) => $localize`:@@roles.heading:Roles of ${user}:user:`,
  label: $localize`:@@roles.label:Roles`,
  hint: $localize`:@@roles.hint:Separated by commas. The role admin opens this console.`,
  submit: $localize`:@@roles.submit:Save roles`,
} as const;
