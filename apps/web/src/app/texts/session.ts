import { plural } from './language.ts';

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

export const passwordTexts = {
  label: $localize`:@@password.label:Password`,
  show: $localize`:@@password.show:Show password`,
  hide: $localize`:@@password.hide:Hide password`,
  rules: $localize`:@@password.rules:At least 8 characters. Avoid common passwords and your name.`,
  short: $localize`:@@password.short:Use at least 8 characters.`,
  longer: $localize`:@@password.longer:This server requires a longer password.`,
  heading: $localize`:@@password.heading:Password`,
  hint: $localize`:@@password.hint:Changing it signs out your other devices.`,
  current: $localize`:@@password.current:Current password`,
  fresh: $localize`:@@password.fresh:New password`,
  missing: $localize`:@@password.missing:Enter your current password.`,
  wrong: $localize`:@@password.wrong:Wrong current password.`,
  submit: $localize`:@@password.submit:Change password`,
  busy: $localize`:@@password.busy:Changing…`,
  changed: $localize`:@@password.changed:Password changed. Other devices signed out.`,
} as const;

export const setPasswordTexts = {
  heading: $localize`:@@setPassword.heading:Set a password`,
  lead: $localize`:@@setPassword.lead:Choose a password for your account. You can use this link once.`,
  submit: $localize`:@@setPassword.submit:Set password`,
  busy: $localize`:@@setPassword.busy:Setting password…`,
  invalid: $localize`:@@setPassword.invalid:This link has expired or was used before. Ask your administrator for a new one.`,
  doneHeading: $localize`:@@setPassword.doneHeading:Password set`,
  done: (user: string) => $localize`:@@setPassword.done:Sign in as ${user}:user: with your new password.`,
  signIn: $localize`:@@setPassword.signIn:Sign in`,
} as const;

export const endedTexts = {
  signed_out: $localize`:@@ended.signed_out:You’re signed out.`,
  signed_out_unconfirmed: $localize`:@@ended.signed_out_unconfirmed:You’re signed out on this device. The server couldn’t be reached; the session ends there once you’re back online.`,
  signed_out_elsewhere: $localize`:@@ended.signed_out_elsewhere:You signed out in another tab.`,
  session_ended: $localize`:@@ended.session_ended:Your session ended. Sign in again.`,
  expired: $localize`:@@ended.expired:Your session expired. Sign in again to continue.`,
  ended_elsewhere: $localize`:@@ended.ended_elsewhere:This session was ended from another device.`,
  password_changed: $localize`:@@ended.password_changed:Your password was changed. Sign in with the new one.`,
  user_disabled: $localize`:@@ended.user_disabled:This account is disabled. Contact your administrator.`,
  operator: $localize`:@@ended.operator:An administrator ended your session. Sign in again.`,
  refresh_reused: $localize`:@@ended.refresh_reused:Your session was used from another place, so it was ended. Sign in again. If this wasn’t you, change your password.`,
  ticket_replayed: $localize`:@@ended.ticket_replayed:A ticket of your session was used twice, so the session was ended. Sign in again. If this wasn’t you, change your password.`,
  too_many_sessions: $localize`:@@ended.too_many_sessions:You signed in on too many devices, so the least recently used one was signed out.`,
  everywhere: $localize`:@@ended.everywhere:You’re signed out on all devices.`,
  everywhere_unconfirmed: $localize`:@@ended.everywhere_unconfirmed:You’re signed out on all devices. Some servers didn’t confirm yet; their connections close as soon as they do.`,
} as const;

export const posterTexts = {
  line: $localize`:@@poster.line:Authenticated before you’re connected.`,
  small: $localize`:@@poster.small:Every connection uses a single-use ticket, checked before the handshake.`,
  admit: $localize`:@@poster.admit:Admit one`,
} as const;

export const problemTexts = {
  invalid_credentials: $localize`:@@problem.invalid_credentials:Wrong user name or password.`,
  user_disabled: $localize`:@@problem.user_disabled:This account is disabled. Contact your administrator.`,
  weak_password: $localize`:@@problem.weak_password:This password is too easy to guess. Try a longer, less common one.`,
  user_taken: $localize`:@@problem.user_taken:This user name is taken. Try another.`,
  room_taken: $localize`:@@problem.room_taken:A room with this title already exists. Choose another one.`,
  sign_up_closed: $localize`:@@problem.sign_up_closed:Sign-up is closed on this server. Contact your administrator.`,
  not_found: $localize`:@@problem.not_found:This room doesn’t exist, or you can’t see it.`,
  forbidden: $localize`:@@problem.forbidden:You don’t have permission to do this.`,
  bad_request: $localize`:@@problem.bad_request:The server couldn’t process this request.`,
  draining: $localize`:@@problem.draining:The server is restarting. Try again in a moment.`,
  at_capacity: $localize`:@@problem.at_capacity:The server is full. Try again in a moment.`,
  rate_limited: $localize`:@@problem.rate_limited:Too many requests. Try again in a few seconds.`,
  too_many_connections: $localize`:@@problem.too_many_connections:You have too many windows open. Close one and try again.`,
  too_many_rooms: $localize`:@@problem.too_many_rooms:You’ve reached the limit for new rooms. Try again later.`,
  store_unavailable: $localize`:@@problem.store_unavailable:The server can’t reach its storage. Try again in a moment.`,
  quota_exceeded: $localize`:@@problem.quota_exceeded:You’ve reached today’s storage limit. Try again later.`,
  storage_full: $localize`:@@problem.storage_full:The server’s storage is full. Contact your administrator.`,
  unreachable: $localize`:@@problem.unreachable:Can’t reach the server. Check your network and try again.`,
  other: $localize`:@@problem.other:Something went wrong on the server. Try again.`,
  too_many_attempts: (wait: string) =>
    $localize`:@@problem.too_many_attempts:Too many attempts. Try again in ${wait}:wait:.`,
} as const;

export const waitTexts = {
  seconds: (n: number) =>
    plural(n, {
      one: $localize`:@@wait.seconds.one:${n}:count: second`,
      few: $localize`:@@wait.seconds.few:${n}:count: seconds`,
      many: $localize`:@@wait.seconds.many:${n}:count: seconds`,
      other: $localize`:@@wait.seconds.other:${n}:count: seconds`,
    }),
  minutes: (n: number) =>
    plural(n, {
      one: $localize`:@@wait.minutes.one:${n}:count: minute`,
      few: $localize`:@@wait.minutes.few:${n}:count: minutes`,
      many: $localize`:@@wait.minutes.many:${n}:count: minutes`,
      other: $localize`:@@wait.minutes.other:${n}:count: minutes`,
    }),
} as const;
