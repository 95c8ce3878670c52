/** Event log entries, keyed by the step names of the client's log. */
export const stepTexts = {
  ticket: $localize`:@@steps.ticket:GET /api/ws_ticket`,
  ticket_ok: $localize`:@@steps.ticket_ok:GET /api/ws_ticket → 200`,
  refused: $localize`:@@steps.refused:GET /api/ws_ticket failed`,
  waiting: $localize`:@@steps.waiting:Waiting for a slot`,
  dial: $localize`:@@steps.dial:WS /api/ws`,
  open: $localize`:@@steps.open:WS /api/ws → 101`,
  welcome: $localize`:@@steps.welcome:welcome`,
  close: $localize`:@@steps.close:Connection closed`,
  backoff: $localize`:@@steps.backoff:Waiting to reconnect`,
  renew: $localize`:@@steps.renew:Renewing the lease`,
  renewed: $localize`:@@steps.renewed:Lease renewed`,
  lease: $localize`:@@steps.lease:Lease expires soon`,
  beat: $localize`:@@steps.beat:Heartbeat`,
  offline: $localize`:@@steps.offline:Device offline`,
  online: $localize`:@@steps.online:Device online`,
} as const;
