import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeAuth, FakeBrowser } from '../testing.ts';
import { createSessionKeeper } from './keeper.ts';
import type { SessionKeeper } from './session-types.ts';

/** All events that can happen to the tabs of a browser, in any order. */
type Happening =
  | { readonly kind: 'fresh' | 'renew' | 'signOut' | 'wake'; readonly tab: number }
  | { readonly kind: 'signIn'; readonly tab: number; readonly user: string }
  | { readonly kind: 'step' | 'lose' | 'loseAnswer' | 'deliver'; readonly which: number }
  | { readonly kind: 'pass' | 'jump'; readonly ms: number }
  | { readonly kind: 'operator' };

const tabs = 3;
const tab = fc.nat(tabs - 1);
const which = fc.nat(5);

const happening = (answersAreLost: boolean): fc.Arbitrary<Happening> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('fresh' as const, 'fresh', 'renew'), tab }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('step' as const, 'deliver'), which }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('signIn' as const), tab, user: fc.constantFrom('maggie', 'bart') }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('signOut' as const, 'wake'), tab }) },
    fc.record({ kind: fc.constantFrom('lose' as const, answersAreLost ? 'loseAnswer' : 'lose'), which }),
    fc.record({ kind: fc.constantFrom('pass' as const, 'pass', 'jump'), ms: fc.oneof(fc.nat(100), fc.nat(2_000_000)) }),
    fc.constant({ kind: 'operator' as const }),
  );

interface Way extends PromiseWithResolvers<undefined> {
  readonly step: 'there' | 'back';
}

/** Tabs whose server calls and cross-tab events wait until the test releases them. */
class World {
  readonly ways: Way[] = [];
  readonly news: (() => void)[] = [];
  readonly auth = new FakeAuth();
  readonly browser: FakeBrowser;
  readonly keepers: SessionKeeper[];
  readonly pages;
  readonly mixed: string[] = [];
  pending = 0;

  constructor(locks: boolean) {
    this.auth.onTransfer = (step) => {
      const way = { ...Promise.withResolvers<undefined>(), step };
      this.ways.push(way);
      return way.promise;
    };
    this.browser = new FakeBrowser({ locks, carry: (deliver) => this.news.push(deliver) });
    const opened = Array.from({ length: tabs }, () => this.browser.tab());
    this.pages = opened.map(({ page }) => page);
    this.keepers = opened.map((open) => createSessionKeeper({ server: this.auth.server, ...open }));
  }

  happen(what: Happening): void {
    switch (what.kind) {
      case 'fresh':
        this.#ask(what.tab, (keeper) => keeper.fresh());
        break;
      case 'renew':
        this.#ask(what.tab, (keeper) => keeper.renew(keeper.token() ?? ''));
        break;
      case 'signIn':
        this.#call(what.tab, (keeper) => keeper.signIn(() => this.auth.signIn(what.user)));
        break;
      case 'signOut':
        this.#call(what.tab, (keeper) => keeper.signOut());
        break;
      case 'wake':
        this.pages[what.tab]?.emit('pageshow');
        break;
      case 'step':
        this.#end(what.which, (way) => {
          way.resolve(undefined);
        });
        break;
      case 'lose':
      case 'loseAnswer':
        this.#end(what.which, (way) => {
          if (way.step === 'there' || what.kind === 'loseAnswer') way.reject(new TypeError('fetch failed'));
          else way.resolve(undefined);
        });
        break;
      case 'deliver':
        for (const deliver of this.news.splice(0, what.which + 1)) deliver();
        break;
      case 'operator':
        this.auth.endAll('operator');
        break;
      case 'jump':
        vi.setSystemTime(Date.now() + what.ms);
        break;
      case 'pass':
        break;
    }
  }

  /** Completes all pending calls and delivers all events. */
  async calm(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      for (const way of this.ways.splice(0)) way.resolve(undefined);
      for (const deliver of this.news.splice(0)) deliver();
      await vi.advanceTimersByTimeAsync(20);
    }
  }

  check(): void {
    for (const { state, token } of this.keepers) {
      const held = token();
      if (held === undefined) continue;
      expect(state.name).toBe('signed_in');
      if (state.name === 'signed_in')
        expect(FakeAuth.personOf(held)).toEqual({ user: state.user, session: state.session });
    }
    expect(this.mixed).toEqual([]);
  }

  get revoked(): boolean {
    return this.auth.sessions.some(({ ended }) => ended === 'refresh_reused');
  }

  /** Requests a token, and checks that it belongs to the current user. */
  #ask(of: number, call: (keeper: SessionKeeper) => Promise<string | undefined>): void {
    this.#call(of, async (keeper) => {
      // Actions of other tabs count once this tab has received them.
      this.pages[of]?.emit('pageshow');
      const { state } = keeper;
      const token = await call(keeper);
      if (token === undefined) return;
      const { user, session } = FakeAuth.personOf(token);
      if (state.name !== 'signed_in' || state.user !== user || state.session !== session) {
        this.mixed.push(`${JSON.stringify(state)} was given a token of ${user}, ${session}`);
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

  #end(which: number, end: (way: Way) => void): void {
    for (const way of this.ways.splice(which % Math.max(1, this.ways.length), 1)) end(way);
  }
}

/** Runs the events in a new browser and completes all pending work. */
async function live(all: readonly Happening[], locks: boolean): Promise<World> {
  vi.clearAllTimers();
  vi.setSystemTime(1_000_000_000);
  const world = new World(locks);
  for (const what of all) {
    // No call exceeds the keeper's timeout, because that would be a lost answer.
    if ('ms' in what && what.ms > 100) await world.calm();
    world.happen(what);
    await vi.advanceTimersByTimeAsync(what.kind === 'pass' ? what.ms : 0);
    world.check();
  }
  await world.calm();
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
    fc.asyncProperty(fc.array(happening(false), { maxLength: 80 }), async (all) => {
      const world = await live(all, true);
      expect(world.pending).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
      expect(world.revoked).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test('in any order of events without locks and with lost answers, no tab gets the token of another user, and every call settles', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening(true), { maxLength: 80 }), fc.boolean(), async (all, locks) => {
      const world = await live(all, locks);
      expect(world.pending).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test('after any order of events and a sign-out, no tab holds a token, the server has ended the session, and no leftover data signs in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening(true), { maxLength: 60 }), tab, fc.boolean(), async (all, of, network) => {
      const world = await live(all, true);
      const { auth, browser, keepers } = world;
      const before = keepers[of]?.state;
      if (!network) auth.failure = new TypeError('fetch failed');
      world.happen({ kind: 'signOut', tab: of });
      await world.calm();
      const { refreshes } = auth;
      for (const { state, token, fresh } of keepers) {
        expect([state.name, token()]).toEqual(['signed_out', undefined]);
        expect(await fresh()).toBeUndefined();
      }
      // The next page load, with a network, first sends the pending sign-out to the server.
      auth.failure = undefined;
      const next = createSessionKeeper({ server: auth.server, ...browser.tab() });
      await world.calm();
      expect(next.state.name).toBe('signed_out');
      expect(auth.refreshes).toBe(refreshes);
      if (before?.name !== 'signed_in') return;
      expect(auth.sessions.find(({ id }) => id === before.session)?.ended).toBeDefined();
    }),
    { numRuns: 200 },
  );
});
