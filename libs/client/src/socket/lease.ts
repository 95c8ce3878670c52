import type { Subscription } from 'rxjs';
import { minRenewalDelayMs, renewalJitterMs, renewalRetryMs } from './constants.ts';
import type { SendRequest } from './requests.ts';
import type { TicketOutcome } from './ticket-request.ts';
import { type After, now } from './timing.ts';

/** What the renewal of a lease requires from the connection. */
export type LeaseHost = readonly [
  after: After,
  random: () => number,
  /** Requests a ticket. Calls back at most once, and not if the connection ends first. */
  requestTicket: (onOutcome: (outcome: TicketOutcome) => void) => void,
  /** Sends a request over the connection. */
  send: SendRequest,
  /** Stores a renewed lease, Unix seconds. */
  setLease: (lease: number) => void,
  logStep: (step: 'renew' | 'renewed', more?: { readonly ms: number }) => void,
];

/**
 * Renews the lease of an open connection with fresh tickets, until the connection ends. Retries failed renewals.
 *
 * @param connection closed when the connection ends
 * @param lease the end of the first lease, Unix seconds
 * @returns a function that renews the lease at once, unless a renewal is pending
 */
export function keepLease(connection: Subscription, lease: number, host: LeaseHost): () => void {
  const [after, random, requestTicket, send, setLease, logStep] = host;
  let scheduled: Subscription | undefined;
  let renewing = false;

  /**
   * Schedules the renewal at a random point between 75 and 90 % of the lease, so that clients that connected together do not
   * renew together. If the lease appears to be over, the clocks differ, and the client waits for the server's `lease` frame.
   */
  function schedule(end: number): void {
    const leftMs = end * 1000 - now();
    if (leftMs > 0) renewIn(Math.max(minRenewalDelayMs, leftMs * (0.75 + 0.15 * random())));
  }

  function renewIn(ms: number): void {
    scheduled?.unsubscribe();
    scheduled = after(ms, renew);
  }

  function retry(waitMs: number): void {
    renewing = false;
    renewIn(waitMs + renewalRetryMs + random() * renewalJitterMs);
  }

  function renew(): void {
    if (renewing) return;
    renewing = true;
    const startedAt = now();
    async function present(ticket: string): Promise<void> {
      try {
        const reply = (await send('renew', { ticket })) as { readonly lease: number };
        if (connection.closed) return;
        if (!(reply.lease > 0)) throw new TypeError();
        renewing = false;
        schedule(reply.lease);
        setLease(reply.lease);
        logStep('renewed', { ms: now() - startedAt });
      } catch {
        if (!connection.closed) retry(0);
      }
    }
    requestTicket(({ ticket, waitMs }) => {
      if (ticket) after(waitMs, () => void present(ticket));
      else retry(waitMs);
    });
    logStep('renew');
  }

  schedule(lease);
  return renew;
}
