import { describe, expect, test, vi } from 'vitest';
import { TimedOut } from '../socket/errors.ts';
import { signedInBrowser, whoIn } from '../testing/new-keeper.ts';
import { settle } from '../testing/new-socket.ts';
import { RefreshRefused, SessionEnded } from '../socket/errors.ts';

const failed = (): Error => new TypeError('fetch failed');

describe('a token', () => {
  test('is returned by the sign-in and held in memory only', async () => {
    const { browser, auth, tab } = await signedInBrowser();
    const token = tab.token();
    expect(token).toMatch(/^header\./);
    expect(await tab.fresh()).toBe(token);
    expect(auth.refreshes).toBe(0);
    expect([...browser.entries]).toEqual([['usher.session', '{"user":"maggie","session":"session 1"}']]);
  });

  test('is refreshed on request within 30 seconds of its expiry, and not earlier', async () => {
    const { auth, tab } = await signedInBrowser();
    const first = tab.token();
    await settle(869_000);
    expect(await tab.fresh()).toBe(first);
    await settle(1_000);
    const second = await tab.fresh();
    expect(second).not.toBe(first);
    expect(tab.token()).toBe(second);
    expect(await tab.fresh()).toBe(second);
    expect(auth.refreshes).toBe(1);
  });

  test('with a short lifetime is refreshed in its last third', async () => {
    const { auth, tab } = await signedInBrowser();
    auth.tokenSeconds = 6;
    await settle(900_000);
    await tab.fresh();
    await settle(3_900);
    await tab.fresh();
    expect(auth.refreshes).toBe(1);
    await settle(100);
    await tab.fresh();
    expect(auth.refreshes).toBe(2);
  });

  test('that is already expired on arrival is returned, and refreshed at every call', async () => {
    const { auth, tab } = await signedInBrowser();
    auth.tokenSeconds = 0;
    await settle(900_000);
    expect(await tab.fresh()).toMatch(/^header\./);
    expect(auth.refreshes).toBe(1);
  });

  test.each([-86_400_000, 86_400_000])('has the lifetime of the server with a clock that is %d ms off', async (ms) => {
    const { auth, tab } = await signedInBrowser();
    auth.clockSkewMs = ms;
    await settle(900_000);
    await tab.fresh();
    await settle(869_000);
    await tab.fresh();
    expect(auth.refreshes).toBe(1);
    await settle(1_000);
    await tab.fresh();
    expect(auth.refreshes).toBe(2);
  });

  test('is refreshed after sleep, even if timers are late', async () => {
    const { auth, tab } = await signedInBrowser();
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    await tab.fresh();
    expect(auth.refreshes).toBe(1);
  });

  test('of unknown age is refreshed after the clock was set back', async () => {
    const { auth, tab } = await signedInBrowser();
    vi.setSystemTime(Date.now() - 3_600_000);
    await tab.fresh();
    await tab.fresh();
    expect(auth.refreshes).toBe(1);
  });

  test('is refreshed once for concurrent calls', async () => {
    const { auth, tab } = await signedInBrowser();
    await settle(900_000);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tab.fresh()));
    expect(new Set(tokens).size).toBe(1);
    expect(auth.refreshes).toBe(1);
  });

  test('is requested at the first call after a reload', async () => {
    const { auth, openTab } = await signedInBrowser();
    const reloaded = openTab();
    expect(whoIn(reloaded)).toBe('maggie');
    expect(reloaded.token()).toBeUndefined();
    expect(auth.refreshes).toBe(0);
    expect(await reloaded.fresh()).toMatch(/^header\./);
    expect(auth.refreshes).toBe(1);
  });
});

describe('a rejected token', () => {
  test('is renewed once for all calls that were rejected with it', async () => {
    const { auth, tab } = await signedInBrowser();
    const rejected = tab.token() ?? '';
    const renewed = await Promise.all([tab.renew(rejected), tab.renew(rejected)]);
    expect(renewed[0]).not.toBe(rejected);
    expect(renewed).toEqual([tab.token(), tab.token()]);
    expect(auth.refreshes).toBe(1);
    // A pending call receives its 401 late.
    expect(await tab.renew(rejected)).toBe(tab.token());
    expect(auth.refreshes).toBe(1);
  });

  test('of another user is not renewed, so that no call is repeated as another user', async () => {
    const { auth, tab } = await signedInBrowser();
    const tokenOfMaggie = tab.token() ?? '';
    await tab.signOut();
    await tab.signIn(() => auth.signIn('bart'));
    expect(await tab.renew(tokenOfMaggie)).toBeUndefined();
    expect(await tab.renew('unknown')).toBeUndefined();
    expect(auth.refreshes).toBe(0);
  });
});

describe('a refresh that fails temporarily', () => {
  test.each([
    ['without a network', failed()],
    ['refused temporarily', new RefreshRefused('draining', 503, 1_500)],
  ])('(%s) rejects the call and does not sign out', async (_, failure) => {
    const { auth, tab } = await signedInBrowser();
    await settle(900_000);
    auth.failure = failure;
    await expect(tab.fresh()).rejects.toBe(failure);
    expect(whoIn(tab)).toBe('maggie');
    auth.failure = undefined;
    expect(await tab.fresh()).toMatch(/^header\./);
  });

  test('keeps the current token while it is valid', async () => {
    const { auth, tab } = await signedInBrowser();
    const token = tab.token() ?? '';
    auth.failure = failed();
    await settle(899_000);
    expect(await tab.fresh()).toBe(token);
    await expect(tab.renew(token)).rejects.toThrow(TypeError);
    await settle(1_000);
    await expect(tab.fresh()).rejects.toThrow(TypeError);
  });

  test('times out after 30 seconds, and a late response is dropped', async () => {
    const { auth, tab } = await signedInBrowser();
    await settle(900_000);
    const transfer = Promise.withResolvers<undefined>();
    auth.onTransfer = () => transfer.promise;
    const waiting = expect(tab.fresh()).rejects.toThrow(TimedOut);
    await settle(30_000);
    await waiting;
    auth.onTransfer = () => Promise.resolve(undefined);
    const token = await tab.fresh();
    transfer.resolve(undefined);
    await settle();
    expect(tab.token()).toBe(token);
  });

  test.each([
    ['no token', { expires: 4_000_000_000 }],
    ['nothing', undefined],
  ])('includes a response that contains %s', async (_, response) => {
    const { auth, tab } = await signedInBrowser();
    await settle(900_000);
    vi.spyOn(auth.server, 'refresh').mockResolvedValue(response as never);
    await expect(tab.fresh()).rejects.toThrow(TypeError);
    expect(whoIn(tab)).toBe('maggie');
  });
});

describe('a session that has ended', () => {
  test('signs out with the reason of the server, and pending calls get no token', async () => {
    const { auth, browser, tab } = await signedInBrowser();
    await settle(900_000);
    auth.endAll('password_changed');
    expect(await Promise.all([tab.fresh(), tab.fresh()])).toEqual([undefined, undefined]);
    expect(whoIn(tab)).toBe('signed out: password_changed');
    expect([...browser.entries.values()].join()).not.toContain('maggie');
    expect(await tab.fresh()).toBeUndefined();
    expect(auth.refreshes).toBe(1);
  });

  test('can be reported by any call, and the first reason counts', async () => {
    const { auth, tab } = await signedInBrowser();
    tab.end('operator');
    tab.end('expired');
    expect(whoIn(tab)).toBe('signed out: operator');
    expect(tab.token()).toBeUndefined();
    expect(await tab.fresh()).toBeUndefined();
    expect(auth.refreshes).toBe(0);
  });

  test('is detected if the cookie now belongs to another user', async () => {
    const { auth, tab } = await signedInBrowser();
    await auth.signIn('bart');
    await settle(900_000);
    expect(await tab.fresh()).toBeUndefined();
    expect(whoIn(tab)).toBe('signed out: signed_out_elsewhere');
  });
});

describe('opaque tokens', () => {
  test('are valid until `expires` by the local clock, for the user of the sign-in response', async () => {
    const { auth, openTab, tab } = await signedInBrowser();
    await tab.signOut();
    let issued = 0;
    const opaque = () => ({ token: `opaque ${++issued}`, expires: Math.floor(Date.now() / 1000) + 900 });
    vi.spyOn(auth.server, 'refresh').mockImplementation(() => Promise.resolve(opaque()));
    await expect(tab.signIn(() => Promise.resolve(opaque()))).rejects.toThrow(TypeError);
    await tab.signIn(() => Promise.resolve({ ...opaque(), user: 'lisa' }));
    expect(whoIn(tab)).toBe('lisa');
    await settle(869_000);
    expect(await tab.fresh()).toBe('opaque 2');
    await settle(1_000);
    expect(await tab.fresh()).toBe('opaque 3');
    expect(whoIn(openTab())).toBe('lisa');
  });
});

describe('a call from inside a subscriber', () => {
  test('does not change the order of states for other subscribers', async () => {
    const { tab, auth } = await signedInBrowser();
    const received: string[][] = [[], []];
    tab.state$.subscribe(({ name }) => {
      received[0]?.push(name);
      if (name === 'signed_in') tab.end('operator');
    });
    tab.state$.subscribe(({ name }) => received[1]?.push(name));
    await tab.signIn(() => auth.signIn('bart'));
    expect(received[0]).toEqual(['signed_in', 'signed_out', 'signed_in', 'signed_out']);
    expect(received[1]).toEqual(['signed_out', 'signed_in', 'signed_out']);
    expect(tab.token()).toBeUndefined();
  });
});

test('the error contains the reason of the end and no secret', () => {
  expect(new SessionEnded('expired')).toMatchObject({ message: 'expired', reason: 'expired' });
});
