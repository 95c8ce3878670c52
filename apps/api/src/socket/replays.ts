import type { Logger } from '@usher/realtime';
import type { TicketClaims } from '@usher/ticket';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../metrics.ts';
import type { Endings } from '../auth/endings.ts';

export interface ReplaysParts {
  readonly config: Pick<Config, 'replayEndsSession'>;
  readonly endings: Endings;
  readonly metrics: Pick<Metrics, 'replays'>;
  readonly log: Logger;
}

/** Who presented it, as far as is known. Nothing secret. */
interface Presenter {
  readonly address?: string | undefined;
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What happens when a ticket comes back that was used: somebody else has read it, or a client is broken. Either is an event. */
export interface Replays {
  note(claims: TicketClaims, presenter: Presenter): void;
}

export function createReplays({ config, endings, metrics, log }: ReplaysParts): Replays {
  return {
    note({ user, session }, presenter) {
      metrics.replays.inc();
      log.warn({ user, ...presenter }, 'a ticket came back that had been used');
      if (!config.replayEndsSession) return;
      endings.sessions([session], 'ticket_replayed').catch((error: unknown) => {
        log.error({ err: error }, 'a session whose ticket came back could not be ended');
      });
    },
  };
}
