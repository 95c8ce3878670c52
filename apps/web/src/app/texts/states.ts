export const stateTexts = {
  idle: $localize`:@@states.idle:Not connected`,
  ticket: $localize`:@@states.ticket:Asking for a ticket`,
  waiting: $localize`:@@states.waiting:Waiting for a slot`,
  connecting: $localize`:@@states.connecting:Shaking hands`,
  open: $localize`:@@states.open:Connected`,
  backoff: $localize`:@@states.backoff:Waiting to try again`,
  signed_out: $localize`:@@states.signed_out:Signed out`,
  stopped: $localize`:@@states.stopped:Stopped`,
  /** The state of the connection where the device has no network, whatever the client is doing about it. */
  offline: $localize`:@@states.offline:Offline`,
} as const;
