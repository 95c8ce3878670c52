export const problemTexts = {
  invalid_credentials: $localize`:@@problems.invalid_credentials:Wrong user name or password.`,
  user_disabled: $localize`:@@problems.user_disabled:This account is disabled. Contact your administrator.`,
  weak_password: $localize`:@@problems.weak_password:This password is too easy to guess. Try a longer, less common one.`,
  user_taken: $localize`:@@problems.user_taken:This user name is taken. Try another.`,
  room_taken: $localize`:@@problems.room_taken:A room with this address already exists. Choose another title.`,
  sign_up_closed: $localize`:@@problems.sign_up_closed:Sign-up is closed on this server. Contact your administrator.`,
  not_found: $localize`:@@problems.not_found:This room doesn’t exist, or you can’t see it.`,
  forbidden: $localize`:@@problems.forbidden:You don’t have permission to do this.`,
  bad_request: $localize`:@@problems.bad_request:The server couldn’t process this request.`,
  draining: $localize`:@@problems.draining:The server is restarting. Try again in a moment.`,
  at_capacity: $localize`:@@problems.at_capacity:The server is full. Try again in a moment.`,
  too_many_connections: $localize`:@@problems.too_many_connections:You have too many windows open. Close one and try again.`,
  unreachable: $localize`:@@problems.unreachable:Can’t reach the server. Check your network and try again.`,
  other: $localize`:@@problems.other:Something went wrong on the server. Try again.`,
  too_many_attempts: (wait: string) =>
    $localize`:@@problems.too_many_attempts:Too many attempts. Try again in ${wait}:wait:.`,
} as const;
