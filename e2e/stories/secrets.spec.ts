import { connect } from 'node:net';
import { nextToken } from '../fixtures/calls.ts';
import { expectSent, expectState, openRoom, sendMessage } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

test('the server output contains no secret', async ({ usher, visitor, secrets }) => {
  const { page, context } = await visitor();
  const tickets: string[] = [];
  page.on('websocket', (socket) => tickets.push(new URL(socket.url()).searchParams.get('ticket') ?? ''));
  await page.goto('/');
  await page.getByRole('link', { name: /create an account/i }).click();
  // The page before it has a field of the same name.
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await page.getByLabel('User name').fill('milhouse');
  await page.getByLabel('Password', { exact: true }).fill('thrillhouse-forever');
  const signedIn = nextToken(page);
  await page.getByRole('button', { name: /create account/i }).click();
  await expectState(page, 'open');
  await openRoom(page, 'General');
  await sendMessage(page, 'hello');
  await expectSent(page, 'hello');
  await page.goto('/connection');
  await expectState(page, 'open');
  await page.getByRole('button', { name: /use a ticket twice/i }).click();
  await expect(page.getByTestId('twice-result')).toContainText(/second.*refused/i);
  await page.getByRole('button', { name: /drop the connection/i }).click();
  await expect.poll(() => tickets.length).toBeGreaterThanOrEqual(5);

  // Requests of careless clients, scanners and broken proxies.
  const token = await signedIn;
  expect(token).toMatch(/^eyJ/);
  const [ticket = ''] = tickets;
  for (const path of [
    `/api/me?token=${token}`,
    `/api/nowhere?ticket=${ticket}`,
    `/api/ws?%74icket=${ticket}`,
    `/rooms?a;ticket=${ticket}`,
  ]) {
    await context.request.get(path);
  }
  await context.request.get('/api/me', { headers: { authorization: `Bearer ${token}x` } });
  await context.request.post('/api/auth', {
    headers: { 'content-type': 'application/json' },
    data: '{"user":"milhouse","pwd":"thrillhouse-forever"',
  });
  await new Promise<void>((resolve) => {
    const { hostname, port } = new URL(usher.direct);
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET /api/ws?ticket=${ticket} HTTP/9\r\n\u0001\r\n\r\n`),
    );
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.on('close', () => {
      resolve();
    });
  });
  expect(await usher.stop()).toBe(0);

  secrets.add(...tickets, token);
  // Verify the scan itself: it knows secrets, has output to search, and finds a secret that is present.
  expect(secrets.count).toBeGreaterThanOrEqual(8);
  expect(usher.output).toContain('"msg":"handshake refused"');
  expect(await secrets.leakedIn(`${usher.output} ${ticket}`)).toHaveLength(1);
  expect(await secrets.leakedIn(usher.output)).toEqual([]);
});
