import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TicketGateOptions } from './fastify.ts';
import { createMemoryTicketStore } from './memory-ticket-store.ts';
import { handshakeBytes, sendHandshake, startGateServer } from './testing/gate-server.ts';

/** Returns a promise that the test resolves. */
function deferred() {
  return Promise.withResolvers<undefined>();
}

/** Returns an `admit` that counts its calls and releases. It admits every client after `wait`. */
function countedAdmit(wait?: Promise<unknown>) {
  const counts = { admitCalls: 0, releases: 0 };
  const admit: NonNullable<TicketGateOptions['admit']> = async (claims) => {
    counts.admitCalls += 1;
    await wait;
    return { ok: true, identity: claims, release: () => (counts.releases += 1) };
  };
  return { counts, admit };
}

describe('while a handshake is pending', () => {
  test('an expired time limit rejects the handshake, and a later admission is released', async () => {
    const slow = deferred();
    const { counts, admit } = countedAdmit(slow.promise);
    const server = await startGateServer({ handshakeTimeoutMs: 50, admit });
    const response = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'store_unavailable' });
    slow.resolve(undefined);
    await expect.poll(() => counts.releases).toBe(1);
    expect(server.outcomes.map(({ outcome }) => outcome)).toEqual(['store_unavailable']);
  });

  test('a client that disconnects releases its reservation, and its ticket is consumed', async () => {
    const slow = deferred();
    const { counts, admit } = countedAdmit(slow.promise);
    const server = await startGateServer({ admit });
    const gone = deferred();
    server.app.server.once('connection', (socket) =>
      socket.once('close', () => {
        gone.resolve(undefined);
      }),
    );
    const ticket = await server.ticket();
    const client = connect(server.port, '127.0.0.1');
    client.write(handshakeBytes(server.port, `/api/ws?ticket=${ticket}`));
    await expect.poll(() => counts.admitCalls).toBe(1);
    client.resetAndDestroy();
    await gone.promise;
    slow.resolve(undefined);
    await expect.poll(() => counts.releases).toBe(1);
    expect(server.outcomes).toMatchObject([{ outcome: 'gone', claims: { user: 'maggie' } }]);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(401);
  });

  test('a drain that begins rejects the handshake and releases the reservation', async () => {
    const slow = deferred();
    const { counts, admit } = countedAdmit(slow.promise);
    let draining = false;
    const capacity = () => (draining ? ({ code: 'draining', retryAfterMs: 1_000 } as const) : undefined);
    const server = await startGateServer({ admit, capacity });
    const response = sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`);
    await expect.poll(() => counts.admitCalls).toBe(1);
    draining = true;
    slow.resolve(undefined);
    expect(JSON.parse((await response).body)).toMatchObject({ status: 503, code: 'draining' });
    expect(counts.releases).toBe(1);
  });

  test('handshakes above maxPendingHandshakes are rejected, and their tickets stay valid', async () => {
    const slow = deferred();
    const { counts, admit } = countedAdmit(slow.promise);
    const server = await startGateServer({ maxPendingHandshakes: 1, admit });
    const [first, second] = [await server.ticket(), await server.ticket()];
    const waiting = sendHandshake(server.port, `/api/ws?ticket=${first}`);
    await expect.poll(() => counts.admitCalls).toBe(1);
    expect(JSON.parse((await sendHandshake(server.port, `/api/ws?ticket=${second}`)).body)).toMatchObject({
      code: 'at_capacity',
    });
    slow.resolve(undefined);
    expect((await waiting).status).toBe(101);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${second}`)).status).toBe(101);
  });
});

describe('a reservation', () => {
  test('is released when the app rejects the request before it calls admitted', async () => {
    const { counts, admit } = countedAdmit();
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
    await expect.poll(() => counts.releases).toBe(1);
  });

  test('is not released by the gate after the app calls admitted', async () => {
    const { counts, admit } = countedAdmit();
    const closed = deferred();
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
    expect(counts.releases).toBe(0);
  });
});

describe('an error', () => {
  const fails = () => {
    throw new Error('a fault of the app');
  };

  test.each<[string, Partial<TicketGateOptions>]>([
    ['admit', { admit: fails }],
    ['address', { address: fails }],
    ['allowedOrigins', { allowedOrigins: fails }],
  ])('in %s rejects the handshake and is logged', async (_name, options) => {
    const server = await startGateServer(options);
    const response = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, {
      headers: { origin: 'http://x' },
    });
    expect(JSON.parse(response.body)).toMatchObject({ status: 500, code: 'internal' });
    expect(response.body).not.toContain('fault');
    expect(server.log()).toContain('a fault of the app');
    expect(server.outcomes.map(({ outcome }) => outcome)).toEqual(['internal']);
  });

  test('in capacity rejects the handshake, and the ticket stays valid', async () => {
    let broken = false;
    const server = await startGateServer({ capacity: () => (broken ? fails() : undefined) });
    const ticket = await server.ticket();
    broken = true;
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(500);
    broken = false;
    expect((await sendHandshake(server.port, `/api/ws?ticket=${ticket}`)).status).toBe(101);
  });

  test('in onHandshake does not change the response and is logged', async () => {
    const server = await startGateServer({ onHandshake: fails });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
    expect((await sendHandshake(server.port, '/api/ws')).status).toBe(401);
    expect(server.log()).toContain('a fault of the app');
  });

  test('in the upgrade listener closes that connection and does not affect others', async () => {
    const { counts, admit } = countedAdmit();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.gate.server.prependOnceListener('upgrade', fails);
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).raw).toBe('');
    await expect.poll(() => counts.releases).toBe(1);
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(101);
    expect(server.outcomes.map(({ outcome }) => outcome)).toEqual(['internal', 'admitted']);
  });

  test('is reported when no upgrade listener exists: the client receives 500', async () => {
    const { counts, admit } = countedAdmit();
    const server = await startGateServer({
      admit,
      after: (app) => {
        app.gate.server.removeAllListeners('upgrade');
      },
    });
    expect((await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`)).status).toBe(500);
    await expect.poll(() => counts.releases).toBe(1);
    expect(server.log()).toContain('gate.server has no');
  });

  test('is thrown by admitted for a request that the gate did not admit', async () => {
    const server = await startGateServer({
      store: createMemoryTicketStore(),
      after: (app) => {
        app.get('/who', (request) => app.gate.admitted(request.raw).claims);
      },
    });
    expect((await server.app.inject('/who')).statusCode).toBe(500);
  });
});
