import { expect, onTestFinished, vi } from 'vitest';
import { createSessionKeeper } from '../session/keeper.ts';
import type { SessionKeeper, SessionKeeperOptions, SessionState } from '../session/session-types.ts';
import { FakeAuth } from './fake-auth.ts';
import { FakeBrowser } from './fake-browser.ts';
import type { FakePage } from './fake-browser.ts';
import { startAt } from './new-socket.ts';

/** A keeper in its own tab, with all states that it has emitted. */
export interface OpenTab extends SessionKeeper {
  readonly states: SessionState[];
  readonly page: FakePage;
}

/** Creates a browser and its server with fake timers. Checks at the end of the test that no timer is active. */
export function newBrowser(options: ConstructorParameters<typeof FakeBrowser>[0] = {}) {
  vi.useFakeTimers({ now: startAt });
  const auth = new FakeAuth();
  const browser = new FakeBrowser(options);
  const open: OpenTab[] = [];
  onTestFinished(() => {
    for (const { stop, page } of open) {
      stop();
      expect(page.listenerCount).toBe(0);
    }
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
  function openTab(more: Partial<SessionKeeperOptions> = {}): OpenTab {
    const { tabs, page } = browser.tab();
    const keeper = createSessionKeeper({ server: auth.server, tabs, page, ...more });
    const states: SessionState[] = [];
    keeper.state$.subscribe((state) => states.push(state));
    // Assigns to the keeper itself, because a copy would lose the `state` getter.
    const tab = Object.assign(keeper, { states, page });
    open.push(tab);
    return tab;
  }
  return { auth, browser, openTab };
}

/** The same, with a tab in which maggie is signed in. */
export async function signedInBrowser(options: ConstructorParameters<typeof FakeBrowser>[0] = {}) {
  const setup = newBrowser(options);
  const tab = setup.openTab();
  await tab.signIn(() => setup.auth.signIn('maggie'));
  return { ...setup, tab };
}

/** Describes the state of a tab: `maggie`, `signed out`, or `signed out: expired`. */
export function whoIn({ state }: SessionKeeper): string {
  if (state.name === 'signed_in') return state.user;
  return state.reason === undefined ? 'signed out' : `signed out: ${state.reason}`;
}
