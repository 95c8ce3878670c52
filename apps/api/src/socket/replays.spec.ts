import { expect, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';

const from = { 'x-forwarded-for': '203.0.113.9' };

/** The log entries about replays. */
function replays({ log }: TestApp): readonly Record<string, unknown>[] {
  return log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'a consumed ticket was presented again');
}

async function count({ call }: TestApp): Promise<string | undefined> {
  return /^usher_ticket_replays_total (\d+)$/m.exec((await call('GET', '/metrics')).text)?.[1];
}

test('counts and logs a replayed ticket with its user and the presenting client, but never the ticket', async () => {
  const app = await newApp({ TRUST_PROXY: '127.0.0.1' });
  const maggie = await new Browser(app).signIn('maggie');
  const ticket = await app.ticket(maggie.token);
  await app.dial(`?ticket=${ticket}`);
  expect(await count(app)).toBe('0');
  expect(await app.dial(`?ticket=${ticket}`, { headers: from })).toMatchObject({ status: 401 });
  expect(await count(app)).toBe('1');
  expect(replays(app)).toMatchObject([{ level: 'warn', user: 'maggie', address: '203.0.113.9' }]);
  expect(app.log.join('')).not.toContain(ticket);
});

test('also detects a replay over an open socket, and ignores a guessed ticket', async () => {
  const app = await newApp();
  const maggie = await new Browser(app).signIn('maggie');
  const socket = await app.connect('maggie', maggie.token);
  const ticket = await app.ticket(maggie.token);
  await socket.ask('renew', { ticket });
  await app.dial(`?ticket=${'A'.repeat(43)}`);
  expect(await count(app)).toBe('0');
  expect(await socket.ask('renew', { ticket })).toMatchObject({ code: 'invalid_ticket' });
  expect(await count(app)).toBe('1');
  expect(await socket.ask('ping')).toMatchObject({ type: 'reply' });
});

test('does not revoke the session by default', async () => {
  const app = await newApp();
  const maggie = await new Browser(app).signIn('maggie');
  const ticket = await app.ticket(maggie.token);
  await app.dial(`?ticket=${ticket}`);
  await app.dial(`?ticket=${ticket}`);
  expect((await maggie.refresh()).status).toBe(200);
});

test('revokes only the session of the ticket with REPLAY_ENDS_SESSION', async () => {
  const app = await newApp({ REPLAY_ENDS_SESSION: 'true' });
  const maggie = await new Browser(app).signIn('maggie');
  const phone = await new Browser(app).signIn('maggie');
  const socket = await app.connect('maggie', maggie.token);
  const ticket = await app.ticket(maggie.token);
  await app.dial(`?ticket=${ticket}`);
  await app.dial(`?ticket=${ticket}`);
  expect(await socket.closed).toBe(4501);
  expect(socket.closeReason).toBe('session ended: ticket_replayed');
  expect((await maggie.refresh()).json).toMatchObject({ detail: 'ticket_replayed' });
  expect((await phone.refresh()).status).toBe(200);
});
