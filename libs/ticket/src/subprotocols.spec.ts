import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { sendHandshake, startGateServer } from './testing/gate-server.ts';

describe('a gate with several subprotocols', () => {
  test.each([
    ['no list', undefined, 'chat.v1', undefined],
    ['one of them', 'chat.v1', 'chat.v1', 'chat.v1'],
    ['another one', 'console.v1', 'console.v1', 'console.v1'],
    ['both: the client decides', 'console.v1, chat.v1', 'console.v1', 'console.v1'],
    ['an unknown one first', 'chat.v9, console.v1', 'console.v1', 'console.v1'],
  ])(
    'selects one for a client that offers %s, and names it in `admit` and `admitted`',
    async (_, list, protocol, selected) => {
      const asked: (string | undefined)[] = [];
      const admitted: string[] = [];
      const server = await startGateServer({
        protocol: ['chat.v1', 'console.v1'],
        admit(claims, request) {
          asked.push(request.protocol);
          return { ok: true, identity: claims };
        },
      });
      server.app.gate.server.prependListener('upgrade', (request: IncomingMessage) => {
        admitted.push(server.app.gate.admitted(request).protocol);
      });
      const headers = list === undefined ? {} : { 'sec-websocket-protocol': list };
      const response = await sendHandshake(server.port, `/api/ws?ticket=${await server.ticket()}`, { headers });
      expect(response.status).toBe(101);
      expect(response.headers['sec-websocket-protocol']).toBe(selected);
      expect([asked, admitted]).toEqual([[protocol], [protocol]]);
    },
  );

  test('rejects a list that contains none of them', async () => {
    const server = await startGateServer({ protocol: ['chat.v1', 'console.v1'] });
    const target = `/api/ws?ticket=${await server.ticket()}`;
    const response = await sendHandshake(server.port, target, { headers: { 'sec-websocket-protocol': 'usher.v1' } });
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'unsupported_protocol' });
  });

  test.each([[[]], [['']]])('is not created with the list %j', async (protocol: string[]) => {
    await expect(startGateServer({ protocol })).rejects.toThrow('invalid protocol: must be a subprotocol');
  });
});

/** Returns the methods of a store, so that a test can replace one of them. */
