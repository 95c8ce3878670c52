import type { BrowserContext, Page } from '@playwright/test';
import { callsTo, endCauseOf, nextToken } from '../fixtures/calls.ts';
import {
  composer,
  expectSent,
  expectSignedOut,
  expectState,
  submitSignIn,
  messages,
  messageWith,
  openRoom,
  sendMessage,
  signIn,
  signOut,
} from '../fixtures/chat.ts';
import type { UsherServer } from '../fixtures/server.ts';
import { expect, test } from '../fixtures/test.ts';

interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
}

test('a reload and a second tab stay signed in, and scripts can read no secret', async ({ visitor }) => {
  const { page, context } = await visitor();
  await signIn(page, 'maggie');
  await page.reload();
  await expectState(page, 'open');
  const second = await context.newPage();
  await second.goto('/connection');
  await expectState(second, 'open');
  const readable = await second.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
  );
  expect(readable).toContain('maggie');
  expect(readable).not.toMatch(/eyJ|usher_refresh/);
});

test('after a sleep longer than token and lease, both tabs reconnect with at most one refresh each', async ({
  usher,
  visitor,
}) => {
  const { page: first, context } = await visitor();
  await context.clock.install();
  const refreshes = callsTo(context, '/api/auth/refresh');
  await signIn(first, 'maggie');
  const second = await context.newPage();
  await second.goto('/');
  await expectState(second, 'open');
  await openRoom(first, 'General');
  await openRoom(second, 'General');
  expect(refreshes).toEqual(['POST 200']);

  usher.relay.disconnect();
  await context.clock.fastForward('08:00:00');
  await expectState(first, /backoff|ticket/);
  await expectState(second, /backoff|ticket/);
  usher.relay.reconnect();
  await context.clock.fastForward('00:30');
  await expectState(first, 'open');
  await expectState(second, 'open');
  await sendMessage(first, 'good morning');
  await expectSent(first, 'good morning');
  await expect(messageWith(second, 'good morning')).toHaveCount(1);
  // Usually one refresh for both. A tab that needs a token while the other tab's token is in transit refreshes too.
  expect(refreshes.slice(1)).toEqual(refreshes.length > 2 ? ['POST 200', 'POST 200'] : ['POST 200']);
});

test.describe('the session expires while the laptop sleeps', () => {
  /** Sends a message offline, lets the session expire, and waits until the page shows it. */
  async function returnAfterExpiry(usher: UsherServer, { page, context }: Visitor): Promise<void> {
    await context.clock.install();
    await signIn(page, 'maggie');
    await openRoom(page, 'General');
    usher.relay.disconnect();
    await expectState(page, /backoff|ticket/);
    await sendMessage(page, 'written on the train');
    await expect(messageWith(page, 'on the train')).toHaveCount(1);
    await composer(page).fill('half a tho');
    // A server with a very short idle timeout expires the session, as after several weeks.
    await usher.kill();
    await usher.start({ SESSION_IDLE_SECONDS: '1' });
    usher.relay.reconnect();
    await context.clock.fastForward('30:00');
    await expectSignedOut(page, /expired/i);
    await usher.kill();
    await usher.start();
  }

  test('the same user returns to the same room with the unsent message, once', async ({ usher, visitor }) => {
    // Starts three servers in sequence.
    test.slow();
    const maggie = await visitor();
    await returnAfterExpiry(usher, maggie);
    const { page } = maggie;
    await submitSignIn(page, 'maggie', 'secret');
    await expect(page).toHaveURL(/rooms\/general/);
    await expectSent(page, 'written on the train');
    await expect(messages(page)).toHaveCount(1);
    await expect(composer(page)).toHaveValue('half a tho');
  });

  test('another user sees none of it', async ({ usher, visitor }) => {
    test.slow();
    const maggie = await visitor();
    await returnAfterExpiry(usher, maggie);
    const { page } = maggie;
    await submitSignIn(page, 'bart', 'secret');
    await expectState(page, 'open');
    await expect(composer(page)).toHaveValue('');
    await sendMessage(page, 'hello');
    await expectSent(page, 'hello');
    await expect(messages(page)).toHaveCount(1);
    expect(
      await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])),
    ).not.toMatch(/maggie|train|half a tho/);
  });
});

test('use of a stolen refresh cookie ends the session in every tab, with the reason', async ({ usher, visitor }) => {
  const { page: first, context } = await visitor();
  await signIn(first, 'maggie');
  const stolen = (await context.cookies(`${usher.url}/api/auth`)).find(({ name }) => name === 'usher_refresh');
  expect(stolen).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/auth' });
  const second = await context.newPage();
  const closed = second.waitForEvent('websocket').then((socket) => socket.waitForEvent('close'));
  // This tab refreshes, which replaces the stolen cookie.
  await second.goto('/');
  await expectState(second, 'open');
  await openRoom(second, 'General');

  await expect
    .poll(async () => {
      const response = await fetch(`${usher.direct}/api/auth/refresh`, {
        method: 'POST',
        headers: { cookie: `usher_refresh=${stolen?.value ?? ''}` },
      });
      return response.status;
    })
    .toBe(401);
  await closed;
  await expectSignedOut(first, /from another place/i);
  await expectSignedOut(second, /from another place/i);
  await submitSignIn(second, 'maggie', 'secret');
  await expect(second).toHaveURL(/rooms\/general/);
  await expectState(second, 'open');
  await expectState(first, 'open');
});

test('signing out all other devices ends their tabs with the reason, but not this one', async ({ usher, visitor }) => {
  const { page: laptop, context } = await visitor();
  await signIn(laptop, 'maggie');
  const tab = await context.newPage();
  await tab.goto('/');
  await expectState(tab, 'open');
  const { page: phone } = await visitor({ viewport: { width: 390, height: 844 } });
  const token = nextToken(phone);
  await signIn(phone, 'maggie');

  const response = await fetch(`${usher.direct}/api/sessions?others=true`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await token}` },
  });
  expect(await response.json()).toMatchObject({ closed: 2 });
  await expectSignedOut(laptop, /from another device/i);
  await expectSignedOut(tab, /from another device/i);
  await expectState(phone, 'open');
});

test('after an offline sign-out the next visitor is not signed in, and the server is notified', async ({
  usher,
  visitor,
}) => {
  const { page, context } = await visitor();
  const signedIn = nextToken(page);
  const refreshes = callsTo(context, '/api/auth/refresh');
  const ends = callsTo(context, '/api/auth');
  await signIn(page, 'maggie');
  const token = await signedIn;
  usher.relay.disconnect();
  await signOut(page);
  await expectSignedOut(page, /couldn’t be reached/i);
  expect(await endCauseOf(usher.direct, token)).toBeUndefined();
  await page.close();

  usher.relay.reconnect();
  const next = await context.newPage();
  await next.goto('/');
  await expect(next.getByLabel('User name')).toBeVisible();
  await expect.poll(() => endCauseOf(usher.direct, token)).toBe('signed_out');
  await submitSignIn(next, 'bart', 'secret');
  await expectState(next, 'open');
  await next.reload();
  await expectState(next, 'open');
  await expect(next.getByRole('button', { name: /bart/i })).toBeVisible();
  expect(ends).toEqual(['POST 200', 'DELETE 204', 'POST 200']);
  expect(refreshes).toEqual(['POST 200']);
});

test('a frozen page reloads as the new user when another user has signed in', async ({ visitor }) => {
  const { page: first, context } = await visitor();
  await signIn(first, 'maggie');
  await openRoom(first, 'General');
  await composer(first).fill('a private draft');
  const second = await context.newPage();
  await second.goto('/');
  await expectState(second, 'open');
  // As for a frozen tab: it receives the second sign-in, but not the events before it.
  const reloaded = first.waitForEvent('load');
  await second.evaluate(async () => {
    const response = await fetch('/api/auth', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'bart', pwd: 'secret' }),
    });
    const { token } = (await response.json()) as { token: string };
    const { sid } = JSON.parse(atob(token.split('.')[1] ?? '')) as { sid: string };
    localStorage.setItem('usher.session', JSON.stringify({ user: 'bart', session: sid }));
  });
  await reloaded;
  await expectState(first, 'open');
  await expect(first.getByRole('button', { name: /bart/i })).toBeVisible();
  await expect(composer(first)).toHaveValue('');
});
