import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryTicketStore, MemoryTicketData } from './memory-ticket-store.ts';
import { ticketStoreContract } from './testing.ts';
import { PausableTicketStore } from './testing/pausable-ticket-store.ts';
import { TicketStoreBreaker, type TicketStoreBreakerOptions } from './ticket-store-breaker.ts';
import { type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';

const endpoint = '/api/ws';
const maggie = { user: 'maggie', session: 'session-of-maggie', endpoint };
const unknownTicket = 'A'.repeat(43);

ticketStoreContract('two breakers', () => {
  const data = new MemoryTicketData();
  let time = 1_700_000_000_000;
  const now = () => time;
  const newStore = () => new TicketStoreBreaker(createMemoryTicketStore({ data, now }));
  const advance = (ms: number) => {
    time += ms;
    return Promise.resolve();
  };
  return Promise.resolve({ here: newStore(), there: newStore(), now, advance });
});

describe('the breaker', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function pausedStore(options?: TicketStoreBreakerOptions) {
    const store = new PausableTicketStore();
    store.pause();
    return { store, breaker: new TicketStoreBreaker(store, options) };
  }

  /** Begins a call, and returns how it settled: `pending`, `unavailable`, or the result. */
  function observe(call: Promise<unknown>): { state: unknown } {
    const observed: { state: unknown } = { state: 'pending' };
    call.then(
      (result) => (observed.state = result),
      (error: unknown) => (observed.state = error instanceof TicketStoreUnavailable ? 'unavailable' : error),
    );
    return observed;
  }

  /** Makes the circuit of `consume` open. */
  async function open(breaker: TicketStoreBreaker): Promise<void> {
    const calls = Array.from({ length: 5 }, () => breaker.consume(unknownTicket, endpoint));
    const settled = Promise.allSettled(calls);
    await vi.advanceTimersByTimeAsync(2_000);
    await settled;
  }

  test('rejects each call of a store that does not respond within two seconds, and aborts its signal', async () => {
    const { store, breaker } = pausedStore();
    const calls = [breaker.issue(maggie), breaker.consume(unknownTicket, endpoint), breaker.revokeSession('s')];
    const observed = calls.map(observe);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(observed.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    await vi.advanceTimersByTimeAsync(1);
    expect(observed.map(({ state }) => state)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(store.signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  test('passes no call to the store for half a second after five timeouts in succession', async () => {
    const { store, breaker } = pausedStore();
    await open(breaker);
    for (let n = 0; n < 1_000; n += 1) {
      await expect(breaker.consume(unknownTicket, endpoint)).rejects.toBeInstanceOf(TicketStoreUnavailable);
    }
    expect(store.signals).toHaveLength(5);
  });

  test('passes one call at a time to the store as a probe, and closes when it succeeds', async () => {
    const { store, breaker } = pausedStore();
    await open(breaker);
    await vi.advanceTimersByTimeAsync(1_000);
    const probe = observe(breaker.consume(unknownTicket, endpoint));
    await expect(breaker.consume(unknownTicket, endpoint)).rejects.toBeInstanceOf(TicketStoreUnavailable);
    expect(store.signals).toHaveLength(6);
    store.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(probe.state).toEqual({ ok: false, reason: 'unknown' });
    expect(await breaker.consume(unknownTicket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('doubles the time to the next probe after each failed probe, up to one second', async () => {
    const { store, breaker } = pausedStore();
    await open(breaker);
    for (const waitMs of [500, 1_000, 1_000]) {
      store.signals = [];
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      await expect(breaker.consume(unknownTicket, endpoint)).rejects.toBeInstanceOf(TicketStoreUnavailable);
      expect(store.signals).toHaveLength(0);
      await vi.advanceTimersByTimeAsync(1);
      observe(breaker.consume(unknownTicket, endpoint));
      expect(store.signals).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(2_000);
    }
  });

  test('probes a store with ping, so that no call waits, and passes calls when ping succeeds', async () => {
    const store = new PausableTicketStore();
    let pings = 0;
    let isResponding = false;
    const ping = (): Promise<void> => {
      pings += 1;
      return isResponding ? Promise.resolve() : new Promise(() => undefined);
    };
    const breaker = new TicketStoreBreaker(Object.assign(store, { ping }));
    store.pause();
    await open(breaker);
    store.signals = [];
    // A ping after 500 ms that times out after 2,000, and another one after 1,000 more.
    for (let ms = 0; ms < 3_500; ms += 100) {
      await vi.advanceTimersByTimeAsync(100);
      await expect(breaker.consume(unknownTicket, endpoint)).rejects.toBeInstanceOf(TicketStoreUnavailable);
    }
    expect({ pings, calls: store.signals.length }).toEqual({ pings: 2, calls: 0 });
    store.recover();
    isResponding = true;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await breaker.consume(unknownTicket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
    expect(pings).toBe(3);
  });

  test('does not count an error or a timeout of a call that began before the outage was noticed', async () => {
    const { store, breaker } = pausedStore();
    const many = Array.from({ length: 100 }, () => observe(breaker.consume(unknownTicket, endpoint)));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(many.every(({ state }) => state === 'unavailable')).toBe(true);
    store.recover();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await breaker.consume(unknownTicket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('stays closed if a call succeeds between the failures', async () => {
    const { store, breaker } = pausedStore();
    for (let n = 0; n < 3; n += 1) {
      store.pause();
      for (let failure = 0; failure < 4; failure += 1) observe(breaker.consume(unknownTicket, endpoint));
      await vi.advanceTimersByTimeAsync(2_000);
      store.recover();
      expect(await breaker.consume(unknownTicket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
    }
  });

  test('consumes tickets of a store that is too full to issue more', async () => {
    const breaker = new TicketStoreBreaker(createMemoryTicketStore({ maxEntries: 1 }));
    const issued = await breaker.issue(maggie);
    if (!issued.ok) throw new Error(issued.reason);
    for (let n = 0; n < 10; n += 1) await expect(breaker.issue(maggie)).rejects.toBeInstanceOf(TicketStoreUnavailable);
    expect(await breaker.consume(issued.ticket, endpoint)).toMatchObject({ ok: true });
  });

  test('passes other errors of the store on and does not count them', async () => {
    const fault = new TypeError('a fault of the store');
    const store: TicketStore = {
      issue: () => Promise.reject(fault),
      consume: () => Promise.reject(fault),
      revokeSession: () => {
        throw fault;
      },
    };
    const breaker = new TicketStoreBreaker(store);
    for (let n = 0; n < 10; n += 1) await expect(breaker.consume(unknownTicket, endpoint)).rejects.toBe(fault);
    await expect(breaker.revokeSession('s')).rejects.toBe(fault);
  });

  test('reports a result that arrives after the limit once', async () => {
    const { store, breaker } = pausedStore();
    const late: unknown[] = [];
    const call = observe(breaker.consume(unknownTicket, endpoint, { onLate: (result) => late.push(result) }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(call.state).toBe('unavailable');
    expect(late).toEqual([]);
    store.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual([{ ok: false, reason: 'unknown' }]);
  });

  test('stops waiting when the signal of the caller is aborted, and lets the next call be the probe', async () => {
    const { store, breaker } = pausedStore();
    await open(breaker);
    await vi.advanceTimersByTimeAsync(1_000);
    const controller = new AbortController();
    const reason = new Error('the client disconnected');
    const probe = observe(breaker.consume(unknownTicket, endpoint, { signal: controller.signal }));
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect(probe.state).toBe(reason);
    expect(store.signals.at(-1)?.aborted).toBe(true);
    store.recover();
    expect(await breaker.consume(unknownTicket, endpoint)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('lets a limited number of calls wait for the store', async () => {
    const { store, breaker } = pausedStore({ maxPendingCalls: 3, maxFailures: 100 });
    for (let n = 0; n < 3; n += 1) observe(breaker.issue(maggie));
    await expect(breaker.consume(unknownTicket, endpoint)).rejects.toThrow('3 calls already wait');
    await vi.advanceTimersByTimeAsync(2_000);
    store.recover();
    expect(await breaker.issue(maggie)).toMatchObject({ ok: true });
  });

  test.each(['timeoutMs', 'maxFailures', 'minOpenMs', 'maxOpenMs', 'maxPendingCalls'])(
    'rejects an invalid %s with an error that names the option',
    (name) => {
      expect(() => new TicketStoreBreaker(createMemoryTicketStore(), { [name]: 0 })).toThrow(name);
    },
  );
});
