import { describe, expect, test, vi } from 'vitest';
import { TimedOut } from '../socket/errors.ts';
import { FakeAuth } from '../testing.ts';
import { newBrowser, type OpenTab, signedInBrowser, whoIn } from '../testing/new-keeper.ts';
import { settle } from '../testing/new-socket.ts';

const key = 'usher.session';

async function threeTabs(options: Parameters<typeof signedInBrowser>[0] = {}) {
  const setup = await signedInBrowser(options);
  const tabs: [OpenTab, OpenTab, OpenTab] = [setup.tab, setup.openTab(), setup.openTab()];
  return { ...setup, tabs };
}

describe('one refresh serves all tabs', () => {
  test('that call at the same time', async () => {
    const { auth, tabs } = await threeTabs();
    await settle(900_000);
    const pending = Promise.all(tabs.map(({ fresh }) => fresh()));
    await settle();
    const tokens = await pending;
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).toBe(tabs[0].token());
    expect(auth.refreshes).toBe(1);
  });

  test('that call later, because they receive the token', async () => {
    const { auth, tabs } = await threeTabs();
    await settle(900_000);
    const token = await tabs[1].fresh();
    await settle();
    expect(tabs.map((tab) => tab.token())).toEqual([token, token, token]);
    expect(auth.refreshes).toBe(1);
  });

  test('if the token arrives shortly after the lock', async () => {
    const late: (() => void)[] = [];
    const { auth, tabs } = await threeTabs({ carry: (deliver) => late.push(deliver) });
    await settle(900_000);
    const pending = Promise.all(tabs.map(({ fresh }) => fresh()));
    await settle(900);
    for (const deliver of late) deliver();
    await settle(10);
    expect(new Set(await pending).size).toBe(1);
    expect(auth.refreshes).toBe(1);
  });

  test('unless no token arrives: then the next tab refreshes itself', async () => {
    const { auth, tabs } = await threeTabs({ carry: () => undefined });
    await settle(900_000);
    const pending = Promise.all(tabs.map(({ fresh }) => fresh()));
    await settle(3_000);
    expect(new Set(await pending).size).toBe(3);
    expect(auth.refreshes).toBe(3);
    expect(auth.sessions[0]?.ended).toBeUndefined();
  });

  test('unless it fails: then the next tab retries', async () => {
    const { auth, tabs } = await threeTabs();
    await settle(900_000);
    auth.failOnce = new TypeError('fetch failed');
    const pending = Promise.allSettled(tabs.map(({ fresh }) => fresh()));
    await settle(3_000);
    expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(auth.refreshes).toBe(1);
  });

  test('and a tab that waits for 30 seconds times out', async () => {
    const { auth, tabs } = await threeTabs();
    await settle(900_000);
    const stuck = Promise.withResolvers<undefined>();
    void tabs[0].signIn(() => stuck.promise.then(() => auth.signIn('maggie')));
    const waiting = expect(tabs[1].fresh()).rejects.toThrow(TimedOut);
    await settle(30_000);
    await waiting;
    expect(whoIn(tabs[1])).toBe('maggie');
    stuck.resolve(undefined);
    await settle();
  });

  test.each([
    'hers',
    'a token',
    null,
    { token: 5 },
    { token: 'x', at: 1, lifeMs: 9e9, user: 'bart', session: 'session 9' },
  ])('and ignores %j on the channel', async (message) => {
    const { browser, tab } = await signedInBrowser();
    const token = tab.token();
    browser.tab().tabs.channel?.(key).postMessage(message);
    await settle();
    expect(tab.token()).toBe(token);
  });

  test('and an older token does not replace a newer one', async () => {
    const late: (() => void)[] = [];
    const { tabs } = await threeTabs({ locks: false, carry: (deliver) => late.push(deliver) });
    await settle(900_000);
    await tabs[1].fresh();
    await settle(1_000);
    const token = await tabs[2].fresh();
    for (const deliver of late) deliver();
    expect(tabs[2].token()).toBe(token);
  });
});

describe('without locks', () => {
  test('two tabs that refresh at the same time both succeed', async () => {
    const { auth, tabs } = await threeTabs({ locks: false });
    await settle(900_000);
    const tokens = await Promise.all(tabs.map(({ fresh }) => fresh()));
    expect(tokens.every((token) => token !== undefined)).toBe(true);
    expect(auth.sessions[0]?.ended).toBeUndefined();
    await settle(900_000);
    expect(await tabs[0].fresh()).toBeDefined();
  });

  test('a tab without any shared resources works alone', async () => {
    const { auth, openTab } = newBrowser();
    const tab = openTab({ tabs: {} });
    await tab.signIn(() => auth.signIn('maggie'));
    await settle(900_000);
    expect(await tab.fresh()).toMatch(/^header\./);
    await tab.signOut();
    expect(whoIn(tab)).toBe('signed out: signed_out');
  });
});

describe('other tabs follow', () => {
  test('a sign-in', async () => {
    const { auth, openTab } = newBrowser();
    const [first, second] = [openTab(), openTab()];
    await first.signIn(() => auth.signIn('maggie'));
    await settle();
    expect(whoIn(second)).toBe('maggie');
    expect(await second.fresh()).toBe(first.token());
  });

  test('a sign-out', async () => {
    const { tabs, browser } = await threeTabs();
    await tabs[0].signOut();
    await settle();
    expect(tabs.map(whoIn)).toEqual([
      'signed out: signed_out',
      'signed out: signed_out_elsewhere',
      'signed out: signed_out_elsewhere',
    ]);
    expect(tabs.map((tab) => tab.token())).toEqual([undefined, undefined, undefined]);
    expect(browser.entries.size).toBe(0);
  });

  test('the end of the session, with its reason', async () => {
    const { auth, tabs } = await threeTabs();
    auth.endAll('refresh_reused');
    await settle(900_000);
    await tabs[2].fresh();
    await settle();
    expect(tabs.map(whoIn)).toEqual(Array(3).fill('signed out: refresh_reused'));
  });

  test('a sign-in of another user, after a signed_out state', async () => {
    const { auth, tabs } = await threeTabs();
    await tabs[1].signIn(() => auth.signIn('bart'));
    await settle();
    expect(tabs[0].states.map((state) => ('user' in state ? state.user : state.reason))).toEqual([
      undefined,
      'maggie',
      'replaced',
      'bart',
    ]);
    expect(await tabs[0].fresh()).toBe(tabs[1].token());
  });

  test('another sign-in of the same user', async () => {
    const { auth, tabs } = await threeTabs();
    await tabs[1].signIn(() => auth.signIn('maggie'));
    await settle();
    expect(tabs[0].states.slice(-2)).toMatchObject([{ reason: 'replaced' }, { user: 'maggie', session: 'session 2' }]);
  });

  test('a cleared storage', async () => {
    const { browser, tab } = await signedInBrowser();
    browser.tab().tabs.storage?.removeItem(key);
    await settle();
    expect(whoIn(tab)).toBe('signed out: signed_out_elsewhere');
  });

  test('but not a change of other keys', async () => {
    const { browser, tab } = await signedInBrowser();
    browser.tab().tabs.storage?.setItem('usher.theme', 'dark');
    await settle();
    expect(tab.states).toHaveLength(2);
  });

  test.each(['pageshow', 'visibilitychange', 'online'] as const)(
    'a missed event as soon as the page emits %s',
    async (event) => {
      const { auth, tabs } = await threeTabs({ carry: () => undefined });
      await tabs[0].signOut();
      await tabs[0].signIn(() => auth.signIn('bart'));
      expect(whoIn(tabs[1])).toBe('maggie');
      tabs[1].page.emit('pagehide');
      tabs[1].page.emit('offline');
      expect(whoIn(tabs[1])).toBe('maggie');
      tabs[1].page.emit(event);
      expect(tabs[1].states.slice(-2)).toMatchObject([{ reason: 'replaced' }, { user: 'bart' }]);
    },
  );

  test('a missed event as soon as a token is requested', async () => {
    const { tabs } = await threeTabs({ carry: () => undefined });
    await tabs[0].signOut();
    expect(await tabs[1].fresh()).toBeUndefined();
    expect(await tabs[2].renew('x')).toBeUndefined();
    expect(tabs.slice(1).map(whoIn)).toEqual(['signed out: signed_out_elsewhere', 'signed out: signed_out_elsewhere']);
  });
});

describe('a late response is dropped', () => {
  test('after a sign-out', async () => {
    const { auth, tab } = await signedInBrowser();
    await settle(900_000);
    const back = Promise.withResolvers<undefined>();
    auth.onTransfer = (step) => (step === 'response' ? back.promise : Promise.resolve(undefined));
    const pending = tab.fresh();
    await settle();
    const signedOut = tab.signOut();
    back.resolve(undefined);
    expect(await pending).toBeUndefined();
    expect(tab.token()).toBeUndefined();
    expect(await signedOut).toBe(true);
    expect(auth.sessions[0]?.ended).toBe('signed_out');
  });

  test('after another user signed in, without dropping their token', async () => {
    const { auth, tab, openTab } = await signedInBrowser({ locks: false });
    await settle(900_000);
    const other = openTab();
    const back = Promise.withResolvers<undefined>();
    auth.onTransfer = (step) => (step === 'response' ? back.promise : Promise.resolve(undefined));
    const pending = tab.fresh();
    await settle();
    auth.onTransfer = () => Promise.resolve(undefined);
    await other.signIn(() => auth.signIn('bart'));
    await settle();
    back.resolve(undefined);
    expect(await pending).toBeUndefined();
    expect(whoIn(tab)).toBe('bart');
    expect(tab.token()).toBe(other.token());
  });

  test('while the next user requests a token', async () => {
    const { auth, tab, openTab } = await signedInBrowser({ locks: false });
    await settle(900_000);
    const other = openTab();
    const back = Promise.withResolvers<undefined>();
    auth.onTransfer = () => back.promise;
    const tokenOfMaggie = tab.fresh();
    await settle();
    auth.onTransfer = () => Promise.resolve(undefined);
    await other.signIn(() => auth.signIn('bart'));
    await settle();
    vi.setSystemTime(Date.now() + 900_000);
    const stale = tab.token();
    const tokenOfBart = tab.fresh();
    back.reject(new TypeError('fetch failed'));
    expect(await tokenOfMaggie).toBeUndefined();
    expect(await tokenOfBart).not.toBe(stale);
    expect(FakeAuth.identityOf((await tokenOfBart) ?? '').user).toBe('bart');
  });

  test('if it is a rejection for the previous session', async () => {
    const { auth, tab } = await signedInBrowser({ locks: false });
    await settle(900_000);
    const refresh = Promise.withResolvers<never>();
    vi.spyOn(auth.server, 'refresh').mockReturnValue(refresh.promise);
    const pending = tab.fresh();
    await settle();
    const next = tab.signIn(() => auth.signIn('bart'));
    tab.end('expired');
    refresh.reject(new TypeError('fetch failed'));
    expect(await pending).toBeUndefined();
    await next;
    expect(whoIn(tab)).toBe('bart');
  });
});
