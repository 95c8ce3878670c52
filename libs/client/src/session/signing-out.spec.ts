import { describe, expect, test } from 'vitest';
import { newBrowser, signedInBrowser, whoIn } from '../testing/new-keeper.ts';
import { settle } from '../testing/new-socket.ts';

const failed = (): Error => new TypeError('fetch failed');

/** A tab in which maggie has signed out while the server was unreachable. */
async function signedOutOffline() {
  const setup = await signedInBrowser();
  setup.auth.failure = failed();
  expect(await setup.tab.signOut()).toBe(false);
  return setup;
}

describe('signing out', () => {
  test('takes effect locally at once, independent of the server', async () => {
    const { auth, browser, tab } = await signedInBrowser();
    const signedOut = tab.signOut();
    expect(whoIn(tab)).toBe('signed out: signed_out');
    expect(tab.token()).toBeUndefined();
    expect(await signedOut).toBe(true);
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(browser.entries.size).toBe(0);
  });

  test('does nothing if no one is signed in', async () => {
    const { auth, openTab } = newBrowser();
    const tab = openTab();
    expect(await tab.signOut()).toBe(true);
    expect(tab.states).toEqual([{ name: 'signed_out' }]);
    expect(auth.ends).toBe(0);
  });

  test('does not end a session that another tab started meanwhile', async () => {
    const { auth, openTab, tab } = await signedInBrowser({ carry: () => undefined });
    await openTab().signIn(() => auth.signIn('bart'));
    expect(whoIn(tab)).toBe('maggie');
    await tab.signOut();
    expect(tab.states).toContainEqual({ name: 'signed_out', reason: 'replaced' });
    expect(auth.sessions.map(({ ended }) => ended)).toEqual([undefined, undefined]);
  });
});

describe('signing out while the server is unreachable', () => {
  test('signs out, stores no user name and stops refreshing', async () => {
    const { auth, browser, tab, openTab } = await signedOutOffline();
    expect([...browser.entries]).toEqual([['usher.session', '{"signOutPending":true}']]);
    auth.failure = undefined;
    expect(await tab.fresh()).toBeUndefined();
    expect(auth.cookie).toBeDefined();
    expect(auth.refreshes).toBe(0);
    auth.failure = failed();
    const next = openTab();
    expect(whoIn(next)).toBe('signed out');
    expect(await next.fresh()).toBeUndefined();
    expect(auth.refreshes).toBe(0);
    await settle();
  });

  test('is completed at the next page load', async () => {
    const { auth, browser, openTab } = await signedOutOffline();
    auth.failure = undefined;
    openTab();
    await settle();
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(auth.cookie).toBeUndefined();
    expect(browser.entries.size).toBe(0);
  });

  test.each(['online', 'pageshow', 'visibilitychange'] as const)(
    'is completed at %s, once for all tabs',
    async (event) => {
      const { auth, browser, openTab, tab } = await signedOutOffline();
      const other = openTab();
      await settle();
      auth.failure = undefined;
      for (const { page } of [tab, other]) page.emit(event);
      await settle();
      expect(auth.sessions[0]?.ended).toBe('signed_out');
      expect(auth.ends).toBe(1);
      expect(browser.entries.size).toBe(0);
    },
  );

  test('is completed before another user signs in', async () => {
    const { auth, tab } = await signedOutOffline();
    auth.failure = undefined;
    await tab.signIn(() => {
      expect(auth.sessions[0]?.ended).toBe('signed_out');
      return auth.signIn('bart');
    });
    expect(whoIn(tab)).toBe('bart');
    await settle(900_000);
    expect(await tab.fresh()).toMatch(/^header\./);
  });

  test('does not block the next sign-in if the server stays unreachable, because its cookie replaces the old one', async () => {
    const { auth, tab } = await signedOutOffline();
    auth.failure = undefined;
    auth.failOnce = failed();
    await tab.signIn(() => auth.signIn('bart'));
    tab.page.emit('online');
    await settle(900_000);
    await tab.fresh();
    expect(whoIn(tab)).toBe('bart');
    expect(auth.ends).toBe(0);
  });

  test('waits for a pending refresh and ends the session of the resulting cookie', async () => {
    const { auth, openTab, tab } = await signedInBrowser();
    const other = openTab();
    await settle(900_000);
    const back = Promise.withResolvers<undefined>();
    auth.onTransfer = (step) => (step === 'response' ? back.promise : Promise.resolve(undefined));
    const pending = other.fresh();
    await settle();
    const signedOut = tab.signOut();
    await settle();
    expect(auth.ends).toBe(0);
    auth.onTransfer = () => Promise.resolve(undefined);
    back.resolve(undefined);
    await settle(50);
    expect(await signedOut).toBe(true);
    expect(await pending).toBeUndefined();
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(auth.cookie).toBeUndefined();
  });
});

describe('a sign-in that fails', () => {
  test('rejects and changes nothing', async () => {
    const { auth, openTab } = newBrowser();
    const tab = openTab();
    auth.failure = failed();
    await expect(tab.signIn(() => auth.signIn('maggie'))).rejects.toThrow('fetch failed');
    expect(whoIn(tab)).toBe('signed out');
    auth.failure = undefined;
    await tab.signIn(() => auth.signIn('maggie'));
    expect(whoIn(tab)).toBe('maggie');
  });
});
