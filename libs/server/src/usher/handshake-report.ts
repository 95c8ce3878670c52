import type { Logger } from '@usher/realtime';
import type { HandshakeOutcome } from '@usher/ticket/node';
import { limitedWarnings } from '../http/warnings.ts';
import type { UsherHooks } from '../options.ts';
import type { CredentialCounts } from './usher.ts';

interface HandshakeReportOptions {
  readonly hooks: UsherHooks;
  /** The setting that the warning about a rejected origin mentions. */
  readonly originSetting: string;
  readonly log: Logger;
}

/** Passes the outcomes of handshakes to the hooks, logs rejections and counts credentials. */
export class HandshakeReport {
  readonly #options: HandshakeReportOptions;
  readonly #warn: ReturnType<typeof limitedWarnings>;
  readonly #credentials = { ticket: 0, token: 0, closedToken: 0 };

  constructor(options: HandshakeReportOptions) {
    this.#options = options;
    this.#warn = limitedWarnings(options.log);
  }

  get credentials(): CredentialCounts {
    return { ...this.#credentials };
  }

  add(outcome: HandshakeOutcome): void {
    const { hooks, originSetting, log } = this.#options;
    hooks.onHandshake?.(outcome);
    const { outcome: code, reason, claims, credential, address, origin, userAgent } = outcome;
    if (code === 'admitted') {
      if (credential !== undefined) this.#credentials[credential] += 1;
      return;
    }
    if (reason === 'tokens_closed') this.#credentials.closedToken += 1;
    // Browsers show only close code 1006, so the log is the only hint about a missing origin.
    if (code === 'origin_forbidden') {
      const fields = { origin, setting: originSetting };
      this.#warn(origin ?? '', fields, `origin not allowed: add it to ${originSetting}`);
    }
    log.info({ outcome: code, reason, user: claims?.user, address, origin, userAgent }, 'handshake refused');
    if (reason === 'used' && claims !== undefined) hooks.onReplay?.({ claims, address, origin, userAgent });
  }
}
