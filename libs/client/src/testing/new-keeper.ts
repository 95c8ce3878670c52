import { expect, onTestFinished, vi } from 'vitest';
import { createSessionKeeper } from '../session/keeper.ts';
import type { SessionKeeper, SessionKeeperOptions, SessionState } from '../session/session-types.ts';
import { FakeAuth } from './fake-auth.ts';
import { FakeBrowser } from './fake-browser.ts';
import type { FakePage } from './fake-page.ts';
import { startAt } from './new-socket.ts';

/** A keeper in a tab of its own, and all that it was seen to be. */
export interface OpenTab extends SessionKeeper {
  readonly states: SessionState[];
  readonly page: FakePage;
}

/** A browser and its server on a clock of their own. At the end of the test no timer may be left running. */
export function newBrowser(options: ConstructorParameters<typeof FakeBrowser>[0] = {}) {
  vi.useFakeTimers({ now: startAt });
  const auth = new FakeAuth();
  const browser = new FakeBrowser(options);
  const open: OpenTab[] = [];
  onTestFinished(() => {
    for (const { stop, page } of open) {
      stop();
      expect(page.watched).toBe(0);
    }
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
  function openTab(more: Partial<SessionKeeperOptions> = {}): OpenTab {
    const { tabs, page } = browser.tab();
    const keeper = createSessionKeeper({ server: auth.server, tabs, page, ...more });
    const states: SessionState[] = [];
    keeper.state$.subscribe((state) => states.push(state));
    // The keeper's own object, so that its getter stays one.
    const tab = Object.assign(keeper, { states, page });
    open.push(tab);
    return tab;
  }
  return { auth, browser, openTab };
}

/** The same with a tab in which maggie has signed in. */
export async function signedInBrowser(options: ConstructorParameters<typeof FakeBrowser>[0] = {}) {
  const made = newBrowser(options);
  const tab = made.openTab();
  await tab.signIn(() => made.auth.signIn('maggie'));
  return { ...made, tab };
}

/** Whom a tab's state names: `maggie`, `nobody`, or `nobody: expired`. */
export function whoIn({ state }: SessionKeeper): string {
  if (state.name === 'signed_in') return state.user;
  return state.reason === undefined ? 'nobody' : `nobody: ${state.reason}`;
}
