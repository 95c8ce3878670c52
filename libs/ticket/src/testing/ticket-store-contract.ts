import { describe, expect, test } from 'vitest';
import type { TicketClaims, TicketStore } from '../ticket-store.ts';

/** The store under test. Its tickets are valid for 30 seconds. A session may have 10 outstanding tickets and request 60 per minute. */
export interface TicketStoreFixture {
  readonly store: TicketStore;
  /** Returns the time of the store's clock in Unix milliseconds. */
  readonly now: () => number;
  /** Advances the store's clock by this many milliseconds. */
  readonly advance: (ms: number) => Promise<void>;
}

const endpoint = '/api/ws';
const maggie: TicketClaims = { user: 'maggie', session: 'session-of-maggie', endpoint };
const bart: TicketClaims = { user: 'bart', session: 'session-of-bart', endpoint };

/** Defines the tests that every implementation of `TicketStore` must pass. `make` returns a new, empty store at each call. */
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
      const { store } = await make();
      const tickets = [];
      for (let n = 0; n < 10; n += 1) tickets.push((await issued(store)).ticket);
      for (const ticket of tickets) {
        expect(ticket).toMatch(/^[\w-]{43}$/);
        expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
      }
      expect(new Set(tickets).size).toBe(10);
    });

    test('can be consumed once', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      expect(await store.consume(ticket, endpoint)).toEqual({ ok: true, claims: maggie });
      expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'used', claims: maggie });
    });

    test('is accepted once when it is consumed 50 times concurrently', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      const results = await Promise.all(Array.from({ length: 50 }, () => store.consume(ticket, endpoint)));
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.reason === 'used')).toHaveLength(49);
    });

    test('is valid for exactly 30 seconds', async () => {
      const { store, advance, now } = await make();
      const early = await issued(store);
      const late = await issued(store);
      expect(early.expiresAt).toBe(now() + 30_000);
      await advance(29_999);
      expect(await store.consume(early.ticket, endpoint)).toMatchObject({ ok: true });
      await advance(1);
      const expired = await store.consume(late.ticket, endpoint);
      expect(expired).toMatchObject({ ok: false });
      expect(expired.ok ? undefined : expired.reason).toMatch(/^(expired|unknown)$/);
    });

    test('is valid for 30 seconds from its slot, and is consumed if it is used more than a second before it', async () => {
      const { store, advance, now } = await make();
      const first = await issued(store, maggie, 5_000);
      const second = await issued(store, maggie, 5_000);
      expect(first.expiresAt).toBe(now() + 35_000);
      await advance(3_999);
      expect(await store.consume(first.ticket, endpoint)).toEqual({ ok: false, reason: 'early', claims: maggie });
      expect(await store.consume(first.ticket, endpoint)).toMatchObject({ ok: false, reason: 'used' });
      await advance(1);
      expect(await store.consume(second.ticket, endpoint)).toMatchObject({ ok: true });
    });

    test('is valid only for its endpoint, and is consumed by an attempt at another one', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      expect(await store.consume(ticket, '/other')).toEqual({ ok: false, reason: 'endpoint', claims: maggie });
      expect(await store.consume(ticket, endpoint)).toMatchObject({ ok: false, reason: 'used' });
    });

    test('is unknown if it was never issued, and malformed if it does not have the format of a ticket', async () => {
      const { store } = await make();
      expect(await store.consume('A'.repeat(43), endpoint)).toEqual({ ok: false, reason: 'unknown' });
      for (const text of ['', 'A'.repeat(42), 'A'.repeat(44), '!'.repeat(43), 'A'.repeat(100_000), 'é'.repeat(43)]) {
        expect(await store.consume(text, endpoint)).toEqual({ ok: false, reason: 'malformed' });
      }
    });
  });

  describe(`${name}: a session`, () => {
    test('loses its outstanding tickets when it is revoked, and other sessions keep theirs', async () => {
      const { store } = await make();
      const used = await issued(store);
      const [one, two] = [await issued(store), await issued(store)];
      const otherSession = await issued(store, bart);
      await store.consume(used.ticket, endpoint);
      expect(await store.revokeSession(maggie.session)).toBe(2);
      for (const { ticket } of [one, two]) {
        expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'revoked', claims: maggie });
      }
      expect(await store.consume(otherSession.ticket, endpoint)).toMatchObject({ ok: true });
      expect(await store.revokeSession(maggie.session)).toBe(0);
      expect(await store.revokeSession('unknown-session')).toBe(0);
    });

    test('has at most ten outstanding tickets, and may request another when one is used or expires', async () => {
      const { store, advance } = await make();
      const tickets = [];
      for (let n = 0; n < 10; n += 1) tickets.push((await issued(store)).ticket);
      expect(await store.issue(maggie)).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 30_000 });
      expect(await store.issue(bart)).toMatchObject({ ok: true });
      await store.consume(tickets[0] ?? '', endpoint);
      expect(await store.issue(maggie)).toMatchObject({ ok: true });
      expect(await store.issue(maggie)).toMatchObject({ ok: false });
      await advance(30_000);
      expect(await store.issue(maggie)).toMatchObject({ ok: true });
    });

    test('receives at most sixty tickets per minute', async () => {
      const { store, advance } = await make();
      for (let n = 0; n < 60; n += 1) {
        await store.consume((await issued(store)).ticket, endpoint);
        await advance(100);
      }
      const rejected = await store.issue(maggie);
      expect(rejected).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 54_000 });
      await advance(54_000);
      expect(await store.issue(maggie)).toMatchObject({ ok: true });
      expect(await store.issue(maggie)).toMatchObject({ ok: false });
    });
  });
}
