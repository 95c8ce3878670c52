import type { Logger, SessionRevocation } from '@usher/realtime';
import type { TicketClaims } from '@usher/ticket';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../metrics.ts';

export interface ReplaysParts {
  readonly config: Pick<Config, 'replayEndsSession'>;
  readonly revocation: SessionRevocation;
  readonly metrics: Pick<Metrics, 'replays'>;
  readonly log: Logger;
}

/** The client that presented the ticket. Contains no secrets. */
interface Presenter {
  readonly address?: string | undefined;
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Counts and logs replays of consumed tickets. A replay means that a ticket leaked or that a client is faulty. */
export interface Replays {
  report(claims: TicketClaims, presenter: Presenter): void;
}

export function createReplays({ config, revocation, metrics, log }: ReplaysParts): Replays {
  return {
    report({ user, session }, presenter) {
      metrics.replays.inc();
      log.warn({ user, ...presenter }, 'a consumed ticket was presented again');
      if (!config.replayEndsSession) return;
      revocation.revokeSessions([session], 'ticket_replayed').catch((error: unknown) => {
        log.error({ err: error }, 'the session of a replayed ticket could not be revoked');
      });
    },
  };
}
