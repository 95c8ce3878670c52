/** What the socket's log tells; the names are those of its steps. */
export const stepTexts = {
  ticket: $localize`:@@steps.ticket:Asks for a ticket`,
  ticket_ok: $localize`:@@steps.ticket_ok:Has a ticket`,
  refused: $localize`:@@steps.refused:No ticket`,
  waiting: $localize`:@@steps.waiting:Waits for its slot`,
  dial: $localize`:@@steps.dial:Knocks with the ticket`,
  open: $localize`:@@steps.open:The door opens`,
  welcome: $localize`:@@steps.welcome:Is welcomed`,
  close: $localize`:@@steps.close:The connection ends`,
  backoff: $localize`:@@steps.backoff:Waits before the next try`,
  renew: $localize`:@@steps.renew:Renews the seat`,
  renewed: $localize`:@@steps.renewed:The seat is renewed`,
  lease: $localize`:@@steps.lease:The seat is to be renewed soon`,
  beat: $localize`:@@steps.beat:Heartbeat`,
  offline: $localize`:@@steps.offline:The device is offline`,
  online: $localize`:@@steps.online:The device is online`,
} as const;
