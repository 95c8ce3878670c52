import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TicketGateOptions } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { handshakeBytes, sendHandshake, startGateServer } from './testing/gate-server.ts';

/** Something that is waited for until the test lets it go. */
function held() {
  return Promise.withResolvers<undefined>();
}

/** An app that counts who was let in and who gave the seat back, and takes its time if told. */
function seats(wait?: Promise<unknown>) {
  const seen = { asked: 0, released: 0 };
  const admit: NonNullable<TicketGateOptions['admit']> = async (claims) => {
    seen.asked += 1;
    await wait;
    return { ok: true, identity: claims, release: () => (seen.released += 1) };
  };
  return { seen, admit };
}

describe('while a handshake is judged', () => {
  test('a store that does not answer fails closed, and whoever is let in too late is let go again', async () => {
    const slow = held();
    const { seen, admit } = seats(slow.promise);
    const server = await startGateServer({ judgeMs: 50, admit });
    const answer = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'store_unavailable' });
    slow.resolve(undefined);
    await expect.poll(() => seen.released).toBe(1);
    expect(server.outcomes.map(({ verdict }) => verdict)).toEqual(['store_unavailable']);
  });

  test('a client that hangs up takes no seat, and its ticket is burned', async () => {
    const slow = held();
    const { seen, admit } = seats(slow.promise);
    const server = await startGateServer({ admit });
    const gone = held();
    server.app.server.once('connection', (socket) =>
      socket.once('close', () => {
        gone.resolve(undefined);
      }),
    );
    const ticket = await server.ticket();
    const client = connect(server.port, '127.0.0.1');
    client.write(handshakeBytes(server.port, `/api/ws?ticket=${ticket}`));
    await expect.poll(() => seen.asked).toBe(1);
    client.resetAndDestroy();
    await gone.promise;
    slow.resolve(undefined);
    await expect.poll(() => seen.released).toBe(1);
    expect(server.outcomes).toMatchObject([{ verdict: 'gone', claims: { user: 'maggie' } }]);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
  });

  test('a drain that begins is the answer', async () => {
    const slow = held();
    const { seen, admit } = seats(slow.promise);
    let draining = false;
    const capacity = () => (draining ? ({ code: 'draining', retryAfterMs: 1_000 } as const) : undefined);
    const server = await startGateServer({ admit, capacity });
    const answer = sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`);
    await expect.poll(() => seen.asked).toBe(1);
    draining = true;
    slow.resolve(undefined);
    expect(JSON.parse((await answer).body)).toMatchObject({ status: 503, code: 'draining' });
    expect(seen.released).toBe(1);
  });

  test('more at once than can be judged are sent away, with their tickets untouched', async () => {
    const slow = held();
    const { seen, admit } = seats(slow.promise);
    const server = await startGateServer({ maxJudging: 1, admit });
    const [first, second] = [await server.ticket(), await server.ticket()];
    const waiting = sendHandshake(server.port, `/api/ws?ticket=${first}`);
    await expect.poll(() => seen.asked).toBe(1);
    expect(JSON.parse((await sendHandshake(server.port, `/api/ws?ticket=${second}`)).body)).toMatchObject({
      code: 'at_capacity',
    });
    slow.resolve(undefined);
    expect((await waiting).status).toBe(101);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${second}`)).status).toBe(101);
  });
});

describe('a seat that was taken', () => {
  test('is given back when the app turns the admitted away before anybody asked who they are', async () => {
    const { seen, admit } = seats();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.addHook('preValidation', (request, reply, next) => {
          if (request.ws) reply.code(418).send();
          else next();
        });
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(418);
    await expect.poll(() => seen.released).toBe(1);
  });

  test('belongs to whoever asked', async () => {
    const { seen, admit } = seats();
    const closed = held();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.gate.server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
          expect(app.gate.admitted(request).claims).toMatchObject({ user: 'maggie' });
          socket.once('close', () => {
            closed.resolve(undefined);
          });
        });
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
    await closed.promise;
    expect(seen.released).toBe(0);
  });
});

describe('an app that fails', () => {
  const fails = () => {
    throw new Error('a fault of the app');
  };

  test.each<[string, Partial<TicketGateOptions>]>([
    ['admit', { admit: fails }],
    ['address', { address: fails }],
    ['allowedOrigins', { allowedOrigins: fails }],
  ])('in %s lets nobody in, and its log says why', async (_name, options) => {
    const server = await startGateServer(options);
    const answer = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, {
      headers: { origin: 'http://x' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 500, code: 'internal' });
    expect(answer.body).not.toContain('fault');
    expect(server.log()).toContain('a fault of the app');
    expect(server.outcomes.map(({ verdict }) => verdict)).toEqual(['internal']);
  });

  test('in capacity lets nobody in either', async () => {
    let broken = false;
    const server = await startGateServer({ capacity: () => (broken ? fails() : undefined) });
    const ticket = await server.ticket();
    broken = true;
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(500);
    broken = false;
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
  });

  test('in telling of a verdict changes nothing about it', async () => {
    const server = await startGateServer({ onVerdict: fails });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
    expect((await sendHandshake(server.port, '/api/ws')).status).toBe(401);
    expect(server.log()).toContain('a fault of the app');
  });

  test('in taking the admitted over loses that one, and no other', async () => {
    const { seen, admit } = seats();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.gate.server.prependOnceListener('upgrade', fails);
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).raw).toBe('');
    await expect.poll(() => seen.released).toBe(1);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
    expect(server.outcomes.map(({ verdict }) => verdict)).toEqual(['internal', 'admitted']);
  });

  test('to take the admitted over has an answer for them all the same', async () => {
    const { seen, admit } = seats();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.gate.server.removeAllListeners('upgrade');
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(500);
    await expect.poll(() => seen.released).toBe(1);
    expect(server.log()).toContain('gate.server has no');
  });

  test('to come through the gate is nobody’s identity', async () => {
    const server = await startGateServer({
      store: createMemoryTicketStore(),
      after: (app) => {
        app.get('/who', (request) => app.gate.admitted(request.raw).claims);
      },
    });
    expect((await server.app.inject('/who')).statusCode).toBe(500);
  });
});
