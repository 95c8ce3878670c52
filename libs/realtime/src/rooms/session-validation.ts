import type { Connection } from '../connections/connection.ts';
import type { Logger } from '../support/log.ts';
import type { Authorizations } from './authorizations.ts';

export interface SessionValidationOptions {
  readonly authorizations: Authorizations;
  /** Returns the open connections. */
  readonly list: () => readonly Connection[];
  /** See `RoomsOptions.revalidate`. */
  readonly revalidate: ((connections: readonly Connection[]) => Promise<void>) | undefined;
  readonly log: Logger;
}

/** How long to wait after sessions could not be validated, in milliseconds. */
const validateAgainMs = 1_000;

/** Validates the sessions of all connections after revocations may have been missed. */
export class SessionValidation {
  readonly #options: SessionValidationOptions;
  #running: { readonly generation: number; readonly done: Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SessionValidationOptions) {
    this.#options = options;
  }

  /** Validates until it succeeds, so that requests need not do it. */
  start(): void {
    const { generation } = this.#options.authorizations;
    this.#running = { generation, done: this.#validate(generation) };
  }

  /** Resolves when the sessions of the connections are valid or their connections are closed. Rejects if that cannot be determined. */
  async require(connections: readonly Connection[]): Promise<void> {
    const { authorizations, revalidate } = this.#options;
    if (this.#running?.generation === authorizations.generation) await this.#running.done;
    if (!authorizations.areSessionsValid()) await revalidate?.(connections);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Never rejects. */
  async #validate(generation: number): Promise<void> {
    const { authorizations, list, revalidate, log } = this.#options;
    try {
      await revalidate?.(list());
      authorizations.sessionsValidated(generation);
    } catch (error) {
      log.error({ err: error }, 'the sessions of the open connections could not be validated');
      clearTimeout(this.#timer);
      if (!this.#stopped) {
        this.#timer = setTimeout(() => {
          this.start();
        }, validateAgainMs).unref();
      }
    }
  }
}
