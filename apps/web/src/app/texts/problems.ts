export const problemTexts = {
  invalid_credentials: $localize`:@@problems.invalid_credentials:Wrong user name or password.`,
  user_disabled: $localize`:@@problems.user_disabled:This account is disabled. Ask whoever runs this server.`,
  weak_password: $localize`:@@problems.weak_password:This password is too easy to guess. Take a longer one that fewer people use.`,
  user_taken: $localize`:@@problems.user_taken:This user name is in use. Choose another one.`,
  room_taken: $localize`:@@problems.room_taken:A room with this address exists already. Choose another title.`,
  sign_up_closed: $localize`:@@problems.sign_up_closed:New accounts are not open on this server. Ask whoever runs it.`,
  not_found: $localize`:@@problems.not_found:There is no such room, or it is not open to you.`,
  forbidden: $localize`:@@problems.forbidden:You may not do this.`,
  bad_request: $localize`:@@problems.bad_request:The server did not understand this.`,
  draining: $localize`:@@problems.draining:The server is restarting. Try again in a moment.`,
  at_capacity: $localize`:@@problems.at_capacity:The server is full right now. Try again in a moment.`,
  rate_limited: $localize`:@@problems.rate_limited:Too many requests. Try again in a few seconds.`,
  too_many_connections: $localize`:@@problems.too_many_connections:Too many of your windows are connected. Close one of them.`,
  unreachable: $localize`:@@problems.unreachable:The server cannot be reached. Check the network and try again.`,
  other: $localize`:@@problems.other:Something went wrong on the server. Try again.`,
  too_many_attempts: (wait: string) =>
    $localize`:@@problems.too_many_attempts:Too many attempts. Try again in ${wait}:wait:.`,
} as const;
