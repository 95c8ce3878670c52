import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConnectSlots } from './connect-slots.ts';
import type { TicketGateOptions } from './fastify.ts';
import { type GateServer, type HandshakeResponse, sendHandshake, startGateServer } from './testing/gate-server.ts';
import { PausableTicketStore } from './testing/pausable-ticket-store.ts';
import { TicketStoreUnavailable } from './ticket-store.ts';

const unknownTicket = 'A'.repeat(43);

// Network input and output of the tests is real. Only the time limits follow the fake clock.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function connectWith(server: GateServer, ticket: string): Promise<HandshakeResponse> {
  return sendHandshake(server.port, `/api/ws?ticket=${ticket}`);
}

function requestTicket(server: GateServer) {
  return server.app.inject({ url: '/api/ws_ticket', headers: { authorization: `Bearer ${server.token()}` } });
}

describe('a ticket store that does not respond', () => {
  test('rejects 2,000 handshakes, and the next one is admitted without a restart when the store responds', async () => {
    const store = new PausableTicketStore();
    const server = await startGateServer({ store });
    const ticket = await server.ticket();
    store.pause();
    // The first 1,000 are as many as may be pending.
    const pending: Promise<HandshakeResponse>[] = [];
    while (pending.length < 1_000) {
      for (let n = 0; n < 100; n += 1) pending.push(connectWith(server, unknownTicket));
      await store.arrived(pending.length);
    }
    expect((await connectWith(server, unknownTicket)).body).toContain('at_capacity');
    await vi.advanceTimersByTimeAsync(2_000);
    for (const { body } of await Promise.all(pending)) expect(body).toContain('store_unavailable');
    // The clock does not advance any more, so these handshakes do not wait.
    for (let n = 0; n < 10; n += 1) {
      const further = Array.from({ length: 100 }, () => connectWith(server, unknownTicket));
      for (const { body } of await Promise.all(further)) expect(body).toContain('store_unavailable');
    }
    expect(store.signals).toHaveLength(1_000);
    store.recover();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await connectWith(server, ticket)).status).toBe(101);
  }, 30_000);

  test('frees the place of a handshake at the time limit, once', async () => {
    const store = new PausableTicketStore();
    const server = await startGateServer({ store, maxPendingHandshakes: 1 });
    const [first, second, third] = [await server.ticket(), await server.ticket(), await server.ticket()];
    store.pause();
    const refused = connectWith(server, first);
    await store.arrived(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await refused).status).toBe(503);
    // The late reply must not free a second place.
    store.resume();
    await vi.advanceTimersByTimeAsync(0);
    store.pause();
    const waiting = connectWith(server, second);
    await store.arrived(1);
    expect((await connectWith(server, third)).body).toContain('at_capacity');
    store.resume();
    expect((await waiting).status).toBe(101);
    expect((await connectWith(server, third)).status).toBe(101);
  });

  test('consumes a ticket even if it responds late, and the connection slot counts as used', async () => {
    const store = new PausableTicketStore();
    const slots = new ConnectSlots({ connectsPerSecond: 0.01, maxWaitMs: 1_000_000, maxPerUser: 1 });
    const server = await startGateServer({ store, slots });
    const ticket = await server.ticket();
    await expect(server.ticket()).rejects.toThrow('too_many_tickets');
    store.pause();
    const refused = connectWith(server, ticket);
    await store.arrived(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await refused).body).toContain('store_unavailable');
    store.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect((await connectWith(server, ticket)).status).toBe(401);
    expect(server.outcomes).toMatchObject([
      { outcome: 'store_unavailable' },
      { outcome: 'invalid_ticket', reason: 'used' },
    ]);
    expect(await server.ticket()).toHaveLength(43);
  });
});

describe('several tickets in one request', () => {
  test('are rejected after the store settled all calls, even if the first call fails', async () => {
    const slow = Promise.withResolvers<undefined>();
    const consumed: string[] = [];
    const unavailable = () => Promise.reject(new TicketStoreUnavailable('gone'));
    const server = await startGateServer({
      store: {
        issue: unavailable,
        revokeSession: unavailable,
        async consume(ticket) {
          consumed.push(ticket);
          if (ticket === 'second') await slow.promise;
          return unavailable();
        },
      },
    });
    const response = connectWith(server, 'first&ticket=second');
    await expect.poll(() => consumed).toEqual(['first', 'second']);
    expect((await server.app.inject('/plain')).statusCode).toBe(200);
    expect(server.outcomes).toEqual([]);
    slow.resolve(undefined);
    expect((await response).body).toContain('store_unavailable');
  });
});

describe('an admit that does not settle', () => {
  test('rejects the handshake after two seconds, and a late admission is released', async () => {
    const slow = Promise.withResolvers<undefined>();
    let [admitCalls, releases] = [0, 0];
    const server = await startGateServer({
      async admit(claims) {
        admitCalls += 1;
        await slow.promise;
        return { ok: true, identity: claims, release: () => (releases += 1) };
      },
    });
    const response = connectWith(server, await server.ticket());
    await expect.poll(() => admitCalls).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await response).body).toContain('store_unavailable');
    expect(releases).toBe(0);
    slow.resolve(undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(releases).toBe(1);
  });
});

describe.each(['mayConnect', 'admit'] as const)('a %s that never settles', (hook) => {
  test('is no longer called after five timeouts, until one call settles', async () => {
    let [calls, isHung] = [0, false];
    const hang = async (): Promise<void> => {
      calls += 1;
      if (isHung) await new Promise(() => undefined);
    };
    const server = await startGateServer(
      hook === 'admit'
        ? { admit: async (identity) => hang().then(() => ({ ok: true, identity })) }
        : { mayConnect: async () => hang().then(() => undefined) },
    );
    const connect = async (): Promise<number> =>
      hook === 'admit'
        ? (await connectWith(server, await server.ticket())).status
        : (await requestTicket(server)).statusCode;
    isHung = true;
    const refused = Array.from({ length: 5 }, connect);
    await expect.poll(() => calls).toBe(5);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await Promise.all(refused)).toEqual([503, 503, 503, 503, 503]);
    for (let n = 0; n < 10; n += 1) expect(await connect()).toBe(503);
    expect(calls).toBe(5);
    isHung = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await connect()).toBe(hook === 'admit' ? 101 : 200);
  });
});

describe('the ticket call, while a step does not settle,', () => {
  const slow = () => new Promise<never>(() => undefined);

  test.each<[string, Partial<TicketGateOptions>]>([
    ['authenticate', { authenticate: slow }],
    ['mayConnect', { mayConnect: slow }],
    ['issue', { store: { issue: slow, consume: slow, revokeSession: slow } }],
  ])('returns 503 after two seconds: %s', async (name, options) => {
    const server = await startGateServer(options);
    const response = requestTicket(server);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await response).statusCode).toBe(503);
    expect((await response).json()).toMatchObject({ code: 'store_unavailable', retryAfterMs: 1_000 });
    expect((await response).headers['retry-after']).toBe('1');
    expect(server.log()).toContain(`${name} `);
  });

  test('passes a signal to the hooks that is aborted after storeTimeoutMs', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const server = await startGateServer({
      storeTimeoutMs: 300,
      mayConnect: (_claims, { signal }) => {
        signals.push(signal);
        return slow();
      },
    });
    const response = requestTicket(server);
    await vi.advanceTimersByTimeAsync(299);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    expect((await response).statusCode).toBe(503);
  });

  test('returns the slot of a ticket that the store issues late, once', async () => {
    const store = new PausableTicketStore();
    const slots = new ConnectSlots({ connectsPerSecond: 0.1 });
    const server = await startGateServer({ store, slots });
    store.pause();
    const late = requestTicket(server);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await late).statusCode).toBe(503);
    store.resume();
    await vi.advanceTimersByTimeAsync(0);
    const waits: number[] = [];
    for (let n = 0; n < 2; n += 1) {
      waits.push((await requestTicket(server)).json<{ connectAfterMs: number }>().connectAfterMs);
    }
    expect(waits).toEqual([0, 10_000]);
  });

  test('waits once for a store that does not respond, and not per request', async () => {
    const store = new PausableTicketStore();
    const server = await startGateServer({ store });
    store.pause();
    const first = Array.from({ length: 5 }, () => requestTicket(server));
    await store.arrived(5);
    await vi.advanceTimersByTimeAsync(2_000);
    for (const response of await Promise.all(first)) expect(response.statusCode).toBe(503);
    // The clock no longer advances.
    for (let n = 0; n < 100; n += 1) expect((await requestTicket(server)).statusCode).toBe(503);
    expect(store.signals).toHaveLength(5);
    store.recover();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await requestTicket(server)).statusCode).toBe(200);
  });
});
