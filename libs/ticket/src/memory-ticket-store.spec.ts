import { describe, expect, test } from 'vitest';
import { createMemoryTicketStore, MemoryTicketData } from './memory-ticket-store.ts';
import { ticketStoreContract } from './testing.ts';
import { TicketStoreUnavailable } from './ticket-store.ts';

function createStore(options: Parameters<typeof createMemoryTicketStore>[0] = {}) {
  let time = 1_700_000_000_000;
  const now = () => time;
  return {
    store: createMemoryTicketStore({ now, ...options }),
    now,
    advance: (ms: number) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

ticketStoreContract('two memory stores with the same data', () => {
  const data = new MemoryTicketData();
  const { store: here, now, advance } = createStore({ data });
  return Promise.resolve({ here, there: createMemoryTicketStore({ now, data }), now, advance });
});

function claims(n: number) {
  return { user: `user-${n}`, session: `session-${n}`, endpoint: '/api/ws' };
}

test('a full store rejects new tickets and keeps valid ones', async () => {
  const { store, advance } = createStore({ maxEntries: 3 });
  const first = await store.issue(claims(1));
  await store.issue(claims(2));
  await store.issue(claims(3));
  await expect(store.issue(claims(4))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  expect(first.ok && (await store.consume(first.ticket, '/api/ws'))).toMatchObject({ ok: true });
  // Used tickets count until they expire, so that the store can distinguish a replayed ticket from an unknown one.
  await expect(store.issue(claims(4))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  await advance(30_000);
  expect(await store.issue(claims(4))).toMatchObject({ ok: true });
});

test('a full store removes an expired ticket that was issued after tickets that are still valid', async () => {
  const { store, advance } = createStore({ maxEntries: 100 });
  for (let n = 0; n < 100; n += 1) await store.issue(claims(n), n < 99 ? 60_000 : 0);
  await advance(29_999);
  await expect(store.issue(claims(100))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  await advance(1);
  expect(await store.issue(claims(101))).toMatchObject({ ok: true });
  await expect(store.issue(claims(102))).rejects.toBeInstanceOf(TicketStoreUnavailable);
});

test('issuing tickets removes expired ones', async () => {
  const { store, advance } = createStore({ maxEntries: 100 });
  for (let n = 0; n < 5_000; n += 1) {
    // Two tickets per second: 60 are valid at a time, so the limit of 100 is reached only if expired tickets are kept.
    expect(await store.issue(claims(n))).toMatchObject({ ok: true });
    await advance(500);
  }
});

test.each([
  ['ttlMs', { ttlMs: 0 }],
  ['maxEntries', { maxEntries: 1.5 }],
  ['maxOutstandingPerSession', { maxOutstandingPerSession: -1 }],
  ['maxPerMinutePerSession', { maxPerMinutePerSession: Number.NaN }],
])('an invalid %s throws an error that names the option', (name, options) => {
  expect(() => createMemoryTicketStore(options)).toThrow(name);
});

test('an expired ticket is rejected even if it is not removed yet', async () => {
  const { store, advance } = createStore();
  for (let n = 0; n < 50; n += 1) await store.issue(claims(n));
  const last = await store.issue(claims(50));
  await advance(30_000);
  expect(last.ok && (await store.consume(last.ticket, '/api/ws'))).toEqual({
    ok: false,
    reason: 'expired',
    claims: claims(50),
  });
});

describe.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('when the system time is set %s by an hour', (_direction, jumpMs) => {
  function createStoreWithClocks() {
    let unix = 1_700_000_000_000;
    let monotonic = 5_000;
    const store = createMemoryTicketStore({
      now: () => unix,
      monotonicNow: () => monotonic,
      maxPerMinutePerSession: 3,
    });
    return {
      store,
      jump: () => {
        unix += jumpMs;
      },
      pass: (ms: number) => {
        unix += ms;
        monotonic += ms;
      },
      unixNow: () => unix,
    };
  }

  test('an outstanding ticket stays valid for exactly the rest of its 30 seconds', async () => {
    const { store, jump, pass } = createStoreWithClocks();
    const [one, two] = [await store.issue(claims(1)), await store.issue(claims(1))];
    if (!one.ok || !two.ok) throw new Error('not issued');
    pass(10_000);
    jump();
    pass(19_999);
    expect(await store.consume(one.ticket, '/api/ws')).toMatchObject({ ok: true });
    pass(1);
    expect(await store.consume(two.ticket, '/api/ws')).toMatchObject({ ok: false });
  });

  test('a new ticket expires according to the new system time, and the limit per minute still applies', async () => {
    const { store, jump, pass, unixNow } = createStoreWithClocks();
    for (let n = 0; n < 2; n += 1) await store.issue(claims(1));
    jump();
    expect(await store.issue(claims(1))).toMatchObject({ ok: true, expiresAt: unixNow() + 30_000 });
    expect(await store.issue(claims(1))).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 60_000 });
    pass(60_000);
    expect(await store.issue(claims(1))).toMatchObject({ ok: true });
  });
});
