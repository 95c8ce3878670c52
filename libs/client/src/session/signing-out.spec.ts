import { describe, expect, test } from 'vitest';
import { newBrowser, signedInBrowser, whoIn } from '../testing/new-keeper.ts';
import { settle } from '../testing/new-socket.ts';

const failed = (): Error => new TypeError('fetch failed');

/** Maggie has signed out, and the server does not know. */
async function signedOutOffline() {
  const made = await signedInBrowser();
  made.auth.trouble = failed();
  expect(await made.tab.signOut()).toBe(false);
  return made;
}

describe('signing out', () => {
  test('is done here at once, whatever the server has to say', async () => {
    const { auth, browser, tab } = await signedInBrowser();
    const told = tab.signOut();
    expect(whoIn(tab)).toBe('nobody: signed_out');
    expect(tab.token()).toBeUndefined();
    expect(await told).toBe(true);
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(browser.entries.size).toBe(0);
  });

  test('of nobody is nothing', async () => {
    const { auth, openTab } = newBrowser();
    const tab = openTab();
    expect(await tab.signOut()).toBe(true);
    expect(tab.states).toEqual([{ name: 'signed_out' }]);
    expect(auth.ends).toBe(0);
  });

  test('does not end the session of somebody who signed in elsewhere meanwhile', async () => {
    const { auth, openTab, tab } = await signedInBrowser({ carry: () => undefined });
    await openTab().signIn(() => auth.signIn('bart'));
    expect(whoIn(tab)).toBe('maggie');
    await tab.signOut();
    expect(tab.states).toContainEqual({ name: 'signed_out', reason: 'replaced' });
    expect(auth.sessions.map(({ ended }) => ended)).toEqual([undefined, undefined]);
  });
});

describe('signing out where the server cannot be told', () => {
  test('leaves nobody signed in and names nobody, and nothing is refreshed any more', async () => {
    const { auth, browser, tab, openTab } = await signedOutOffline();
    expect([...browser.entries]).toEqual([['usher.session', '{"untold":true}']]);
    auth.trouble = undefined;
    expect(await tab.fresh()).toBeUndefined();
    expect(auth.cookie).toBeDefined();
    expect(auth.refreshes).toBe(0);
    auth.trouble = failed();
    const next = openTab();
    expect(whoIn(next)).toBe('nobody');
    expect(await next.fresh()).toBeUndefined();
    expect(auth.refreshes).toBe(0);
    await settle();
  });

  test('is made good at the next load', async () => {
    const { auth, browser, openTab } = await signedOutOffline();
    auth.trouble = undefined;
    openTab();
    await settle();
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(auth.cookie).toBeUndefined();
    expect(browser.entries.size).toBe(0);
  });

  test.each(['online', 'pageshow', 'visibilitychange'] as const)(
    'is made good at %s, once for all tabs',
    async (event) => {
      const { auth, browser, openTab, tab } = await signedOutOffline();
      const other = openTab();
      await settle();
      auth.trouble = undefined;
      for (const { page } of [tab, other]) page.tell(event);
      await settle();
      expect(auth.sessions[0]?.ended).toBe('signed_out');
      expect(auth.ends).toBe(1);
      expect(browser.entries.size).toBe(0);
    },
  );

  test('is made good before somebody else signs in', async () => {
    const { auth, tab } = await signedOutOffline();
    auth.trouble = undefined;
    await tab.signIn(() => {
      expect(auth.sessions[0]?.ended).toBe('signed_out');
      return auth.signIn('bart');
    });
    expect(whoIn(tab)).toBe('bart');
    await settle(900_000);
    expect(await tab.fresh()).toMatch(/^header\./);
  });

  test('keeps nobody from signing in, if it is not to be had: their cookie takes the place of the old one', async () => {
    const { auth, tab } = await signedOutOffline();
    auth.trouble = undefined;
    auth.troubleOnce = failed();
    await tab.signIn(() => auth.signIn('bart'));
    tab.page.tell('online');
    await settle(900_000);
    await tab.fresh();
    expect(whoIn(tab)).toBe('bart');
    expect(auth.ends).toBe(0);
  });

  test('waits for a refresh that is under way: what is ended is what the browser has then', async () => {
    const { auth, openTab, tab } = await signedInBrowser();
    const other = openTab();
    await settle(900_000);
    const back = Promise.withResolvers<undefined>();
    auth.way = (step) => (step === 'back' ? back.promise : Promise.resolve(undefined));
    const asked = other.fresh();
    await settle();
    const told = tab.signOut();
    await settle();
    expect(auth.ends).toBe(0);
    auth.way = () => Promise.resolve(undefined);
    back.resolve(undefined);
    await settle(50);
    expect(await told).toBe(true);
    expect(await asked).toBeUndefined();
    expect(auth.sessions[0]?.ended).toBe('signed_out');
    expect(auth.cookie).toBeUndefined();
  });
});

describe('a sign-in that fails', () => {
  test('is told to the one who asked and changes nothing', async () => {
    const { auth, openTab } = newBrowser();
    const tab = openTab();
    auth.trouble = failed();
    await expect(tab.signIn(() => auth.signIn('maggie'))).rejects.toThrow('fetch failed');
    expect(whoIn(tab)).toBe('nobody');
    auth.trouble = undefined;
    await tab.signIn(() => auth.signIn('maggie'));
    expect(whoIn(tab)).toBe('maggie');
  });
});
