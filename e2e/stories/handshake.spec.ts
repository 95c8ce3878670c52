import { connect } from 'node:net';
import { tokenOf } from '../fixtures/calls.ts';
import { expectState, signIn } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

test('the connection page shows a rejected handshake', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page
    .getByRole('link', { name: /connection/i })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /connection/i, level: 1 })).toBeVisible();

  await page.getByRole('button', { name: /connect without a ticket/i }).click();
  await expect(page.getByTestId('no-ticket-result')).toContainText(/refused/i);

  await page.getByRole('button', { name: /use a ticket twice/i }).click();
  await expect(page.getByTestId('twice-result')).toContainText(/first.*accepted/i);
  await expect(page.getByTestId('twice-result')).toContainText(/second.*refused/i);

  await page.getByRole('button', { name: /drop the connection/i }).click();
  await expectState(page, 'open');
});

test('a page that connects without a ticket receives only 1006', async ({ visitor, usher }) => {
  const { page } = await visitor();
  await page.goto('/');
  for (const query of ['', '?ticket=', '?ticket=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
    const code = await page.evaluate(
      (url) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => {
            resolve(0);
          };
          socket.onclose = (event) => {
            resolve(event.code);
          };
        }),
      `${usher.url.replace('http', 'ws')}/api/ws${query}`,
    );
    expect(code).toBe(1006);
  }
});

/** Performs a raw handshake. Returns the status line and the body as sent. */
async function rawHandshake(url: string, path: string): Promise<{ status: number; body: string }> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  let response = '';
  socket.setEncoding('utf8').on('data', (text: string) => (response += text));
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
    // An accepted socket stays open; only its first response matters here.
    socket.on('data', () => {
      if (response.startsWith('HTTP/1.1 101')) socket.destroy();
    });
  });
  return { status: Number(response.slice(9, 12)), body: response.slice(response.indexOf('\r\n\r\n') + 4) };
}

async function ticketFor(url: string): Promise<string> {
  const token = await tokenOf(url, 'maggie');
  const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { ticket: string }).ticket;
}

test('of fifty simultaneous uses of one ticket exactly one is accepted', async ({ usher }) => {
  const ticket = await ticketFor(usher.direct);
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => rawHandshake(usher.direct, `/api/ws?ticket=${ticket}`)),
  );
  expect(responses.filter(({ status }) => status === 101)).toHaveLength(1);
  const refused = responses.filter(({ status }) => status !== 101);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401]));
  expect(refused.every(({ body }) => body.includes('Invalid ticket'))).toBe(true);
});

test('an upgrade on another path is a 404, with or without a valid ticket', async ({ usher }) => {
  const paths = [
    '/',
    '/api',
    '/api/health/live',
    '/api/me',
    '/api/ws_ticket',
    '/api/ws/',
    '/api/ws/x',
    '/metrics',
    '/rooms/general',
    '/API/WS',
    '//api/ws',
  ];
  for (const path of paths) {
    const ticket = await ticketFor(usher.direct);
    expect((await rawHandshake(usher.direct, path)).status, path).toBe(404);
    expect((await rawHandshake(usher.direct, `${path}?ticket=${ticket}`)).status, path).toBe(404);
    // The ticket was not consumed: it is still valid at its endpoint.
    expect((await rawHandshake(usher.direct, `/api/ws?ticket=${ticket}`)).status, path).toBe(101);
  }
});
