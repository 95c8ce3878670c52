import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

describe('draining', () => {
  test('closes all connections with 1012 and rejects new tickets and handshakes', async () => {
    const { app, call, signIn, ticket, connect, dial } = await newApp();
    const token = await signIn();
    const query = `?ticket=${await ticket(token)}`;
    const sockets = [await connect('maggie', token), await connect('bart'), await connect('lisa')];
    const draining = app.drain();
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1012, 1012, 1012]);
    await draining;
    const refused = await call('GET', '/api/ws_ticket', { token });
    expect(refused).toMatchObject({
      status: 503,
      json: { code: 'draining', retryAfterMs: expect.any(Number) as unknown },
    });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await dial(query)).toMatchObject({ status: 503, body: { code: 'draining' } });
    expect((await call('GET', '/api/rooms', { token })).status).toBe(200);
  });

  test('finishes at once without connections', async () => {
    const { app } = await newApp({ DRAIN_SECONDS: '600' });
    await app.drain();
    expect(app.draining).toBe(true);
  });

  test('is part of closing the app', async () => {
    const { app, connect } = await newApp();
    const socket = await connect('maggie');
    await app.close();
    expect(await socket.closed).toBe(1012);
  });
});
