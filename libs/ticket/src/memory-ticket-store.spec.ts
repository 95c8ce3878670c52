import { describe, expect, test } from 'vitest';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { ticketStoreContract } from './testing.ts';
import { TicketStoreUnavailable } from './ticket-store.ts';

function setting(options: Parameters<typeof createMemoryTicketStore>[0] = {}) {
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

ticketStoreContract('memory', () => Promise.resolve(setting()));

function claims(n: number) {
  return { user: `user-${n}`, session: `session-${n}`, endpoint: '/api/ws' };
}

test('a full store is unavailable rather than forgetful: it never gives up a ticket that lives', async () => {
  const { store, advance } = setting({ maxEntries: 3 });
  const first = await store.issue(claims(1));
  await store.issue(claims(2));
  await store.issue(claims(3));
  await expect(store.issue(claims(4))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  expect(first.ok && (await store.consume(first.ticket, '/api/ws'))).toMatchObject({ ok: true });
  // Spent ones count until they would have expired, so that a replay is told from a guess.
  await expect(store.issue(claims(4))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  await advance(30_000);
  expect(await store.issue(claims(4))).toMatchObject({ ok: true });
});

test('a full store finds what is dead behind what lives', async () => {
  const { store, advance } = setting({ maxEntries: 100 });
  for (let n = 0; n < 100; n += 1) await store.issue(claims(n), n < 99 ? 60_000 : 0);
  await advance(29_999);
  await expect(store.issue(claims(100))).rejects.toBeInstanceOf(TicketStoreUnavailable);
  await advance(1);
  expect(await store.issue(claims(101))).toMatchObject({ ok: true });
  await expect(store.issue(claims(102))).rejects.toBeInstanceOf(TicketStoreUnavailable);
});

test('tickets that nobody uses are let go as others are issued', async () => {
  const { store, advance } = setting({ maxEntries: 100 });
  for (let n = 0; n < 5_000; n += 1) {
    // Two a second: sixty live at a time, so the bound is never reached unless what is dead stays.
    expect(await store.issue(claims(n))).toMatchObject({ ok: true });
    await advance(500);
  }
});

test.each([
  ['ttlMs', { ttlMs: 0 }],
  ['maxEntries', { maxEntries: 1.5 }],
  ['maxOutstandingPerSession', { maxOutstandingPerSession: -1 }],
  ['maxPerMinutePerSession', { maxPerMinutePerSession: Number.NaN }],
])('an option that makes no sense is refused by its name: %s', (name, options) => {
  expect(() => createMemoryTicketStore(options)).toThrow(name);
});

test('a ticket whose time is over is no good also where nobody has swept it away yet', async () => {
  const { store, advance } = setting();
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
  function jumping() {
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

  test('an outstanding ticket is valid for the rest of its 30 seconds and no longer', async () => {
    const { store, jump, pass } = jumping();
    const [one, two] = [await store.issue(claims(1)), await store.issue(claims(1))];
    if (!one.ok || !two.ok) throw new Error('not issued');
    pass(10_000);
    jump();
    pass(19_999);
    expect(await store.consume(one.ticket, '/api/ws')).toMatchObject({ ok: true });
    pass(1);
    expect(await store.consume(two.ticket, '/api/ws')).toMatchObject({ ok: false });
  });

  test('a new ticket says its expiry in the new system time, and the limits per minute stay', async () => {
    const { store, jump, pass, unixNow } = jumping();
    for (let n = 0; n < 2; n += 1) await store.issue(claims(1));
    jump();
    expect(await store.issue(claims(1))).toMatchObject({ ok: true, expiresAt: unixNow() + 30_000 });
    expect(await store.issue(claims(1))).toEqual({ ok: false, reason: 'too_many_tickets', retryAfterMs: 60_000 });
    pass(60_000);
    expect(await store.issue(claims(1))).toMatchObject({ ok: true });
  });
});
