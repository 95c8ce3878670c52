import type { IncomingMessage } from 'node:http';
import type { Logger } from '@usher/realtime';
import { limitedWarnings } from '@usher/server';
import type { CompletedTicketCall, HandshakeOutcome } from '@usher/ticket/node';
import { completedRequest } from '../http/logging.ts';
import type { Metrics } from '../http/metrics.ts';
import type { TrafficLog } from '../operator/traffic-log.ts';
import type { Replays } from './replays.ts';

export interface GateOutcomesOptions {
  /** The path of the ticket call. */
  readonly path: string;
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  readonly metrics: Metrics;
  readonly traffic: TrafficLog;
  readonly replays: Pick<Replays, 'report'>;
  readonly log: Logger;
}

/** Returns the hooks of the gate, which count, log and record each ticket call and handshake. */
export function recordOutcomes({ path, addressOf, metrics, traffic, replays, log }: GateOutcomesOptions) {
  const warn = limitedWarnings(log);

  function onTicketCall({ request, outcome, receipt, user, status, ms }: CompletedTicketCall): void {
    metrics.tickets.count(outcome);
    metrics.responses.observe(ms / 1_000, path, 'GET', String(status));
    metrics.ticketDurations.observe(ms / 1_000, outcome === 'issued' ? outcome : 'refused');
    const address = addressOf(request);
    const fields = completedRequest({ method: 'GET', path, status, ms, address });
    if (outcome === 'issued') {
      traffic.tickets.add(receipt, user ?? '');
      log.info(fields, 'request completed');
      return;
    }
    const { origin, 'user-agent': userAgent } = request.headers;
    traffic.refused('ticket', outcome, { address, origin, userAgent }, { user, receipt });
    log.info({ ...fields, outcome, user, receipt }, 'request completed');
  }

  function onHandshake({ outcome, reason, claims, address, origin, userAgent, ms }: HandshakeOutcome): void {
    metrics.handshakes.count(outcome, reason);
    metrics.handshakeDurations.observe(ms / 1_000, outcome === 'admitted' ? outcome : 'refused');
    if (outcome === 'admitted') return;
    const user = claims?.user;
    const receipt = claims?.receipt;
    traffic.refused('handshake', outcome, { address, origin, userAgent }, { reason, user, receipt });
    // Browsers show only close code 1006, so the log is the only hint at a missing origin.
    if (outcome === 'origin_forbidden') {
      warn(origin ?? '', { origin, setting: 'ALLOWED_ORIGINS' }, 'origin not allowed: add it to ALLOWED_ORIGINS');
    }
    log.info({ outcome, reason, user, receipt, address, origin, userAgent }, 'handshake refused');
    if (reason === 'used' && claims !== undefined) replays.report(claims, { address, origin, userAgent });
  }

  return { onTicketCall, onHandshake };
}
