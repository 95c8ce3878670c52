import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeAuth, FakeBrowser } from '../testing.ts';
import { createSessionKeeper } from './keeper.ts';
import type { SessionKeeper } from './session-types.ts';

/** All events that can happen to the tabs of a browser, in any order. */
type Action =
  | { readonly kind: 'fresh' | 'renew' | 'signOut' | 'wake'; readonly tab: number }
  | { readonly kind: 'signIn'; readonly tab: number; readonly user: string }
  | { readonly kind: 'step' | 'lose' | 'loseResponse' | 'deliver'; readonly which: number }
  | { readonly kind: 'pass' | 'jump'; readonly ms: number }
  | { readonly kind: 'operator' };

const tabs = 3;
const tab = fc.nat(tabs - 1);
const which = fc.nat(5);

const anyAction = (responsesAreLost: boolean): fc.Arbitrary<Action> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('fresh' as const, 'fresh', 'renew'), tab }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('step' as const, 'deliver'), which }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('signIn' as const), tab, user: fc.constantFrom('maggie', 'bart') }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('signOut' as const, 'wake'), tab }) },
    fc.record({ kind: fc.constantFrom('lose' as const, responsesAreLost ? 'loseResponse' : 'lose'), which }),
    fc.record({ kind: fc.constantFrom('pass' as const, 'pass', 'jump'), ms: fc.oneof(fc.nat(100), fc.nat(2_000_000)) }),
    fc.constant({ kind: 'operator' as const }),
  );

interface Transfer extends PromiseWithResolvers<undefined> {
  readonly step: 'request' | 'response';
}

/** Tabs whose server calls and cross-tab events wait until the test releases them. */
class World {
  readonly transfers: Transfer[] = [];
  readonly deliveries: (() => void)[] = [];
  readonly auth = new FakeAuth();
  readonly browser: FakeBrowser;
  readonly keepers: SessionKeeper[];
  readonly pages;
  readonly leaks: string[] = [];
  pending = 0;

  constructor(locks: boolean) {
    this.auth.onTransfer = (step) => {
      const transfer = { ...Promise.withResolvers<undefined>(), step };
      this.transfers.push(transfer);
      return transfer.promise;
    };
    this.browser = new FakeBrowser({ locks, carry: (deliver) => this.deliveries.push(deliver) });
    const opened = Array.from({ length: tabs }, () => this.browser.tab());
    this.pages = opened.map(({ page }) => page);
    this.keepers = opened.map((open) => createSessionKeeper({ server: this.auth.server, ...open }));
  }

  perform(action: Action): void {
    switch (action.kind) {
      case 'fresh':
        this.#request(action.tab, (keeper) => keeper.fresh());
        break;
      case 'renew':
        this.#request(action.tab, (keeper) => keeper.renew(keeper.token() ?? ''));
        break;
      case 'signIn':
        this.#call(action.tab, (keeper) => keeper.signIn(() => this.auth.signIn(action.user)));
        break;
      case 'signOut':
        this.#call(action.tab, (keeper) => keeper.signOut());
        break;
      case 'wake':
        this.pages[action.tab]?.emit('pageshow');
        break;
      case 'step':
        this.#finish(action.which, (transfer) => {
          transfer.resolve(undefined);
        });
        break;
      case 'lose':
      case 'loseResponse':
        this.#finish(action.which, (transfer) => {
          if (transfer.step === 'request' || action.kind === 'loseResponse')
            transfer.reject(new TypeError('fetch failed'));
          else transfer.resolve(undefined);
        });
        break;
      case 'deliver':
        for (const deliver of this.deliveries.splice(0, action.which + 1)) deliver();
        break;
      case 'operator':
        this.auth.endAll('operator');
        break;
      case 'jump':
        vi.setSystemTime(Date.now() + action.ms);
        break;
      case 'pass':
        break;
    }
  }

  /** Completes all pending calls and delivers all events. */
  async settleAll(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      for (const transfer of this.transfers.splice(0)) transfer.resolve(undefined);
      for (const deliver of this.deliveries.splice(0)) deliver();
      await vi.advanceTimersByTimeAsync(20);
    }
  }

  check(): void {
    for (const { state, token } of this.keepers) {
      const held = token();
      if (held === undefined) continue;
      expect(state.name).toBe('signed_in');
      if (state.name === 'signed_in')
        expect(FakeAuth.identityOf(held)).toEqual({ user: state.user, session: state.session });
    }
    expect(this.leaks).toEqual([]);
  }

  get revoked(): boolean {
    return this.auth.sessions.some(({ ended }) => ended === 'refresh_reused');
  }

  /** Requests a token, and checks that it belongs to the current user. */
  #request(of: number, call: (keeper: SessionKeeper) => Promise<string | undefined>): void {
    this.#call(of, async (keeper) => {
      // Actions of other tabs count once this tab has received them.
      this.pages[of]?.emit('pageshow');
      const { state } = keeper;
      const token = await call(keeper);
      if (token === undefined) return;
      const { user, session } = FakeAuth.identityOf(token);
      if (state.name !== 'signed_in' || state.user !== user || state.session !== session) {
        this.leaks.push(`${JSON.stringify(state)} received a token of ${user}, ${session}`);
      }
    });
  }

  #call(of: number, call: (keeper: SessionKeeper) => Promise<unknown>): void {
    const keeper = this.keepers[of];
    if (keeper === undefined) throw new RangeError();
    this.pending++;
    const done = (): void => {
      this.pending--;
    };
    call(keeper).then(done, done);
  }

  #finish(which: number, end: (transfer: Transfer) => void): void {
    for (const transfer of this.transfers.splice(which % Math.max(1, this.transfers.length), 1)) end(transfer);
  }
}

/** Runs the events in a new browser and completes all pending work. */
async function run(all: readonly Action[], locks: boolean): Promise<World> {
  vi.clearAllTimers();
  vi.setSystemTime(1_000_000_000);
  const world = new World(locks);
  for (const action of all) {
    // No call exceeds the keeper's timeout, because that would be a lost response.
    if ('ms' in action && action.ms > 100) await world.settleAll();
    world.perform(action);
    await vi.advanceTimersByTimeAsync(action.kind === 'pass' ? action.ms : 0);
    world.check();
  }
  await world.settleAll();
  world.check();
  return world;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('in any order of events with locks, no tab gets the token of another user, no refresh cookie is reused, and every call settles', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction(false), { maxLength: 80 }), async (all) => {
      const world = await run(all, true);
      expect(world.pending).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
      expect(world.revoked).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test('in any order of events without locks and with lost responses, no tab gets the token of another user, and every call settles', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction(true), { maxLength: 80 }), fc.boolean(), async (all, locks) => {
      const world = await run(all, locks);
      expect(world.pending).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test('after any order of events and a sign-out, no tab holds a token, the server has ended the session, and no leftover data signs in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction(true), { maxLength: 60 }), tab, fc.boolean(), async (all, of, network) => {
      const world = await run(all, true);
      const { auth, browser, keepers } = world;
      const before = keepers[of]?.state;
      if (!network) auth.failure = new TypeError('fetch failed');
      world.perform({ kind: 'signOut', tab: of });
      await world.settleAll();
      const { refreshes } = auth;
      for (const { state, token, fresh } of keepers) {
        expect([state.name, token()]).toEqual(['signed_out', undefined]);
        expect(await fresh()).toBeUndefined();
      }
      // The next page load, with a network, first sends the pending sign-out to the server.
      auth.failure = undefined;
      const next = createSessionKeeper({ server: auth.server, ...browser.tab() });
      await world.settleAll();
      expect(next.state.name).toBe('signed_out');
      expect(auth.refreshes).toBe(refreshes);
      if (before?.name !== 'signed_in') return;
      expect(auth.sessions.find(({ id }) => id === before.session)?.ended).toBeDefined();
    }),
    { numRuns: 200 },
  );
});
