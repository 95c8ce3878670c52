import type { Pool, PoolClient } from 'pg';
import { withDeadline } from '../support/deadline.ts';
import type { Logger } from '../support/log.ts';
import { connect } from './connect.ts';
import { outboxChannel } from './outbox-schema.ts';

export interface OutboxListenerOptions {
  readonly pool: Pool;
  /** The longest pause between two attempts to connect, in milliseconds. */
  readonly slowestRetryMs: number;
  /** Called for each notification, and when notifications may have been missed. */
  readonly onNotified: () => void;
  readonly log: Logger;
}

const firstRetryMs = 100;

/** Listens to the notifications of `usher_publish` on a connection of its own, and connects again when it is lost. */
export class OutboxListener {
  readonly #options: OutboxListenerOptions;
  readonly #running: Promise<void>;
  /** Ends the current connection or pause. */
  #interrupt: () => void = () => undefined;
  #stopped = false;

  constructor(options: OutboxListenerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves when the connection is closed. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#interrupt();
    return this.#running;
  }

  async #run(): Promise<void> {
    const { log, slowestRetryMs } = this.#options;
    let failures = 0;
    while (!this.#stopped) {
      try {
        await this.#listen(() => {
          if (failures > 0) log.info({}, 'listening to the outbox again');
          failures = 0;
        });
      } catch (error) {
        if (this.#isStopped()) return;
        failures += 1;
        // Once per outage. Until it is over, the outbox is polled.
        if (failures === 1) log.warn({ err: error }, 'the connection that listens to the outbox was lost');
        await this.#pause(Math.min(slowestRetryMs, firstRetryMs * 2 ** Math.min(10, failures)));
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Resolves when the listener is stopped. Rejects when the connection is lost. */
  async #listen(onListening: () => void): Promise<void> {
    const { pool, onNotified } = this.#options;
    const client = await connect(pool);
    try {
      const ended = this.#untilEnd(client);
      // Handled below. A connection that is lost during the next query must not cause an unhandled rejection.
      ended.catch(() => undefined);
      client.on('notification', onNotified);
      await withDeadline('LISTEN', () => client.query(`LISTEN ${outboxChannel}`));
      onListening();
      // Rows that were committed before.
      onNotified();
      await ended;
    } finally {
      client.removeListener('notification', onNotified);
      // Closes the connection: in the pool it would continue to listen.
      client.release(true);
    }
  }

  #untilEnd(client: PoolClient): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#interrupt = resolve;
      if (this.#stopped) resolve();
      client.on('error', reject);
      client.once('end', () => {
        reject(new Error('the connection ended'));
      });
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped) this.#interrupt();
    });
  }
}
