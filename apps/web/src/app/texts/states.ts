export const stateTexts = {
  idle: $localize`:@@states.idle:Not connected`,
  ticket: $localize`:@@states.ticket:Getting a ticket`,
  waiting: $localize`:@@states.waiting:Waiting for a slot`,
  connecting: $localize`:@@states.connecting:Opening connection`,
  open: $localize`:@@states.open:Connected`,
  backoff: $localize`:@@states.backoff:Reconnecting`,
  signed_out: $localize`:@@states.signed_out:Signed out`,
  stopped: $localize`:@@states.stopped:Stopped`,
  /** Shown instead of the state while the device has no network. */
  offline: $localize`:@@states.offline:Offline`,
} as const;
