import { describe, expect, test } from 'vitest';
import type { TicketClaims, TicketStore } from '../ticket-store.ts';

/**
 * Two instances of the store under test that share their tickets, as two nodes do. Tickets are valid for 30 seconds. A session may
 * have 10 outstanding tickets and request 60 per minute.
 */
export interface TicketStoreFixture {
  readonly here: TicketStore;
  readonly there: TicketStore;
  /** Returns the time of the store's clock in Unix milliseconds. */
  readonly now: () => number;
  /** Advances the store's clock by this many milliseconds. */
  readonly advance: (ms: number) => Promise<void>;
}

const endpoint = '/api/ws';
const maggie: TicketClaims = {
  user: 'maggie',
  session: 'session-of-maggie',
  endpoint,
  receipt: 'K7Q-2MF',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};
const bart: TicketClaims = { user: 'bart', session: 'session-of-bart', endpoint };

/** Defines the tests that every implementation of `TicketStore` must pass. `make` returns two instances of a new, empty store at each call. */
export function ticketStoreContract(name: string, make: () => Promise<TicketStoreFixture>): void {
  async function issued(
    store: TicketStore,
    claims = maggie,
    startsInMs?: number,
  ): Promise<{ ticket: string; expiresAt: number }> {
    const result = await store.issue(claims, startsInMs);
    if (!result.ok) throw new Error(result.reason);
    return result;
  }

  describe(`${name}: a ticket`, () => {
    test('is a unique 256-bit value in base64url', async () => {
      const { here } = await make();
      const tickets = [];
      for (let n = 0; n < 10; n += 1) tickets.push((await issued(here)).ticket);
      for (const ticket of tickets) {
        expect(ticket).toMatch(/^[\w-]{43}$/);
        expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
      }
      expect(new Set(tickets).size).toBe(10);
    });

    test('can be consumed once', async () => {
      const { here, there } = await make();
      const { ticket } = await issued(here);
      expect(await there.consume(ticket, endpoint)).toEqual({ ok: true, claims: maggie });
      for (const store of [here, there]) {
        expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'used', claims: maggie });
      }
    });

    test('is accepted once when it is consumed 50 times concurrently', async () => {
      const { here, there } = await make();
      const { ticket } = await issued(here);
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? here : there).consume(ticket, endpoint)),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.reason === 'used')).toHaveLength(49);
    });

    test('is valid for exactly 30 seconds', async () => {
      const { here, there, advance, now } = await make();
      const early = await issued(here);
      const late = await issued(here);
      expect(early.expiresAt).toBe(now() + 30_000);
      await advance(29_999);
      expect(await there.consume(early.ticket, endpoint)).toMatchObject({ ok: true });
      await advance(1);
      const expired = await there.consume(late.ticket, endpoint);
      expect(expired).toMatchObject({ ok: false });
      expect(expired.ok ? undefined : expired.reason).toMatch(/^(expired|unknown)$/);
    });

    test('is valid for 30 seconds from its slot, and is consumed if it is used more than a second before it', async () => {
      const { here, there, advance, now } = await make();
      const first = await issued(here, maggie, 5_000);
      const second = await issued(here, maggie, 5_000);
      expect(first.expiresAt).toBe(now() + 35_000);
      await advance(3_999);
      expect(await there.consume(first.ticket, endpoint)).toEqual({ ok: false, reason: 'early', claims: maggie });
      expect(await there.consume(first.ticket, endpoint)).toMatchObject({ ok: false, reason: 'used' });
      await advance(1);
      expect(await there.consume(second.ticket, endpoint)).toMatchObject({ ok: true });
    });

    test('is valid only for its endpoint, and is consumed by an attempt at another one', async () => {
      const { here, there } = await make();
      const { ticket } = await issued(here);
      expect(await there.consume(ticket, '/other')).toEqual({ ok: false, reason: 'endpoint', claims: maggie });
      expect(await there.consume(ticket, endpoint)).toMatchObject({ ok: false, reason: 'used' });
    });

    test('stays valid if the signal was aborted before the call that consumes it', async () => {
      const { here, there } = await make();
      const { ticket } = await issued(here);
      const reason = new Error('the client disconnected');
      const options = { signal: AbortSignal.abort(reason) };
      await expect(there.consume(ticket, endpoint, options)).rejects.toBe(reason);
      await expect(there.issue(maggie, 0, options)).rejects.toBe(reason);
      await expect(there.revokeSession(maggie.session, options)).rejects.toBe(reason);
      expect(await there.consume(ticket, endpoint)).toMatchObject({ ok: true });
    });

    test('is unknown if it was never issued, and malformed if it does not have the format of a ticket', async () => {
      const { there } = await make();
      expect(await there.consume('A'.repeat(43), endpoint)).toEqual({ ok: false, reason: 'unknown' });
      for (const text of ['', 'A'.repeat(42), 'A'.repeat(44), '!'.repeat(43), 'A'.repeat(100_000), 'é'.repeat(43)]) {
        expect(await there.consume(text, endpoint)).toEqual({ ok: false, reason: 'malformed' });
      }
    });
  });

  describe(`${name}: a session`, () => {
    test('loses its outstanding tickets when it is revoked, and other sessions keep theirs', async () => {
      const { here, there } = await make();
      const used = await issued(here);
      const [one, two] = [await issued(here), await issued(here)];
      const otherSession = await issued(here, bart);
      await there.consume(used.ticket, endpoint);
      expect(await there.revokeSession(maggie.session)).toBe(2);
      for (const { ticket } of [one, two]) {
        expect(await here.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'revoked', claims: maggie });
      }
      expect(await there.consume(otherSession.ticket, endpoint)).toMatchObject({ ok: true });
      expect(await there.revokeSession(maggie.session)).toBe(0);
      expect(await there.revokeSession('unknown-session')).toBe(0);
    });

    test('has at most ten outstanding tickets, and may request another when one is used or expires', async () => {
      const { here, there, advance } = await make();
      const tickets = [];
      for (let n = 0; n < 10; n += 1) tickets.push((await issued(n % 2 === 0 ? here : there)).ticket);
      expect(await there.issue(maggie)).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 30_000 });
      expect(await there.issue(bart)).toMatchObject({ ok: true });
      await there.consume(tickets[0] ?? '', endpoint);
      expect(await there.issue(maggie)).toMatchObject({ ok: true });
      expect(await there.issue(maggie)).toMatchObject({ ok: false });
      await advance(30_000);
      expect(await there.issue(maggie)).toMatchObject({ ok: true });
    });

    test('receives at most sixty tickets per minute', async () => {
      const { here, there, advance } = await make();
      for (let n = 0; n < 60; n += 1) {
        await there.consume((await issued(n % 2 === 0 ? here : there)).ticket, endpoint);
        await advance(100);
      }
      const rejected = await there.issue(maggie);
      expect(rejected).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 54_000 });
      await advance(54_000);
      expect(await there.issue(maggie)).toMatchObject({ ok: true });
      expect(await there.issue(maggie)).toMatchObject({ ok: false });
    });
  });
}
