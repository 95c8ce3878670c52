import type { Logger, SessionRevocation } from '@usher/realtime';
import type { TicketClaims } from '@usher/ticket';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../http/metrics.ts';

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
export class Replays {
  readonly #parts: ReplaysParts;

  constructor(parts: ReplaysParts) {
    this.#parts = parts;
  }

  /** Revokes the session of the ticket if `REPLAY_ENDS_SESSION` is set. */
  report({ user, session }: TicketClaims, presenter: Presenter): void {
    const { config, revocation, metrics, log } = this.#parts;
    metrics.replays.inc();
    log.warn({ user, ...presenter }, 'a consumed ticket was presented again');
    if (!config.replayEndsSession) return;
    revocation.revokeSessions([session], 'ticket_replayed').catch((error: unknown) => {
      log.error({ err: error }, 'the session of a replayed ticket could not be revoked');
    });
  }
}
