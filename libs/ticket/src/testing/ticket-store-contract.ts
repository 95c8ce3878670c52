import { describe, expect, test } from 'vitest';
import type { TicketClaims, TicketStore } from '../ticket-store.ts';

/** A store as the suite wants it: tickets of 30 s, at most 10 outstanding and 60 a minute a session. */
export interface TicketStoreSetting {
  readonly store: TicketStore;
  /** Unix milliseconds on the clock that the store follows. */
  readonly now: () => number;
  /** Lets that much time pass for the store. */
  readonly advance: (ms: number) => Promise<void>;
}

const endpoint = '/api/ws';
const maggie: TicketClaims = { user: 'maggie', session: 'session-of-maggie', endpoint };
const bart: TicketClaims = { user: 'bart', session: 'session-of-bart', endpoint };

/** What the port promises, as tests. `make` gives a fresh and empty store each time. */
export function ticketStoreContract(name: string, make: () => Promise<TicketStoreSetting>): void {
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
    test('is 256 bits in base64url, and each is another', async () => {
      const { store } = await make();
      const tickets = [];
      for (let n = 0; n < 10; n += 1) tickets.push((await issued(store)).ticket);
      for (const ticket of tickets) {
        expect(ticket).toMatch(/^[\w-]{43}$/);
        expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
      }
      expect(new Set(tickets).size).toBe(10);
    });

    test('is good once', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      expect(await store.consume(ticket, endpoint)).toEqual({ ok: true, claims: maggie });
      expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'used', claims: maggie });
    });

    test('is good for one of any number of simultaneous uses', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      const results = await Promise.all(Array.from({ length: 50 }, () => store.consume(ticket, endpoint)));
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.reason === 'used')).toHaveLength(49);
    });

    test('is good until its 30 seconds are over, and not a moment longer', async () => {
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

    test('counts its life from its slot; used more than a second before it is burned', async () => {
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

    test('opens only the endpoint it was issued for, and is burned by the attempt', async () => {
      const { store } = await make();
      const { ticket } = await issued(store);
      expect(await store.consume(ticket, '/other')).toEqual({ ok: false, reason: 'endpoint', claims: maggie });
      expect(await store.consume(ticket, endpoint)).toMatchObject({ ok: false, reason: 'used' });
    });

    test('that nobody issued is unknown; what cannot be one is malformed', async () => {
      const { store } = await make();
      expect(await store.consume('A'.repeat(43), endpoint)).toEqual({ ok: false, reason: 'unknown' });
      for (const text of ['', 'A'.repeat(42), 'A'.repeat(44), '!'.repeat(43), 'A'.repeat(100_000), 'é'.repeat(43)]) {
        expect(await store.consume(text, endpoint)).toEqual({ ok: false, reason: 'malformed' });
      }
    });
  });

  describe(`${name}: a session`, () => {
    test('that ends takes its outstanding tickets with it, and no others', async () => {
      const { store } = await make();
      const spent = await issued(store);
      const [one, two] = [await issued(store), await issued(store)];
      const foreign = await issued(store, bart);
      await store.consume(spent.ticket, endpoint);
      expect(await store.revokeSession(maggie.session)).toBe(2);
      for (const { ticket } of [one, two]) {
        expect(await store.consume(ticket, endpoint)).toEqual({ ok: false, reason: 'revoked', claims: maggie });
      }
      expect(await store.consume(foreign.ticket, endpoint)).toMatchObject({ ok: true });
      expect(await store.revokeSession(maggie.session)).toBe(0);
      expect(await store.revokeSession('nobody')).toBe(0);
    });

    test('has at most ten tickets outstanding; a used one makes room, and so does time', async () => {
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

    test('asks for at most sixty tickets in any minute', async () => {
      const { store, advance } = await make();
      for (let n = 0; n < 60; n += 1) {
        await store.consume((await issued(store)).ticket, endpoint);
        await advance(100);
      }
      const refused = await store.issue(maggie);
      expect(refused).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 54_000 });
      await advance(54_000);
      expect(await store.issue(maggie)).toMatchObject({ ok: true });
      expect(await store.issue(maggie)).toMatchObject({ ok: false });
    });
  });
}
