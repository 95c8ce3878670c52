import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { newOperator, type OperatorClient, operatorProtocolName } from '../testing/operator-client.ts';
import { TestSocket } from '../testing/test-socket.ts';

const protocols = [operatorProtocolName];

/** Changes the roles of `admin`. */
async function setRoles(app: TestApp, operator: OperatorClient, roles: readonly string[]): Promise<void> {
  const database = new DatabaseSync(join(app.dataDir, 'usher.db'), { timeout: 5_000 });
  database.prepare('UPDATE users SET roles = ? WHERE name = ?').run(JSON.stringify(roles), 'admin');
  database.close();
  // The server caches users until it changes one itself.
  await operator.ask('PUT', 'users/bart', { disabled: false });
}

describe('the operator socket', () => {
  test('sends the same data as the HTTP calls', async () => {
    const app = await newApp();
    const operator = await newOperator(app);
    await app.dial('');
    const socket = await operator.connect();
    const calls = [
      ['refusals', {}, 'refusals'],
      ['refusal_groups', { by: 'reason' }, 'refusals/groups?by=reason'],
      ['connections', {}, 'connections'],
    ] as const;
    for (const [type, params, path] of calls)
      expect(await socket.data(type, params)).toEqual(await operator.read(path));
    expect(Object.keys(await socket.data('overview'))).toEqual(Object.keys(await operator.read('overview')));
    expect(await socket.data('nodes')).toMatchObject({ nodes: [{ connections: 1 }], missing: [] });
    const [{ id, receipt } = { id: '', receipt: '' }] = (await socket.data('connections'))['connections'] as {
      id: string;
      receipt: string;
    }[];
    expect(await socket.data('connection', { connection: id })).toEqual(await operator.read(`connections/${id}`));
    expect(await socket.data('receipt', { receipt })).toMatchObject({ receipt, user: 'admin' });
  });

  test('sends problems as error frames', async () => {
    const app = await newApp();
    const socket = await (await newOperator(app)).connect();
    expect(await socket.ask('connection', { connection: 'unknown' })).toMatchObject({
      type: 'error',
      code: 'not_found',
    });
    expect(await socket.ask('refusals', { cursor: 'x' })).toMatchObject({ type: 'error', code: 'bad_message' });
    expect(await socket.ask('receipt', { receipt: 'nonsense' })).toMatchObject({ type: 'error', code: 'bad_message' });
    expect(await socket.ask('join', { room: 'general' })).toMatchObject({ type: 'error', code: 'unknown_type' });
  });

  test('rejects a user without the role with 403, and the refusal is recorded', async () => {
    const app = await newApp();
    const ticket = await app.ticket(await app.signIn('bart'));
    expect(await app.dial(`?ticket=${ticket}`, { protocols })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    const operator = await newOperator(app);
    expect(await operator.read('refusals')).toMatchObject({ refusals: [{ code: 'forbidden', user: 'bart' }] });
    // The rejected handshake does not count as a connection.
    const overview = await operator.read('overview');
    expect(overview).toMatchObject({ connections: 0 });
  });

  test('is opened for the first protocol of the list', async () => {
    const app = await newApp();
    const ticket = await app.ticket(await app.signIn('admin'));
    const socket = await app.dial(`?ticket=${ticket}`, { protocols: ['usher.v1', operatorProtocolName] });
    if (!(socket instanceof TestSocket)) throw new Error(`refused: ${socket.status}`);
    expect(socket.ws.protocol).toBe('usher.v1');
    expect(await socket.data('join', { room: 'general' })).toMatchObject({ room: 'general' });
  });

  test('closes with 4503 when the role is removed, at the next request or without one', async () => {
    const app = await newApp();
    const operator = await newOperator(app);
    const [asking, silent] = [await operator.connect(), await operator.connect()];
    await setRoles(app, operator, ['user']);
    expect(await asking.ask('refusals').catch(() => ({ type: 'closed' }))).not.toMatchObject({ type: 'reply' });
    await app.app.operators.validate();
    expect(await Promise.all([asking.closed, silent.closed])).toEqual([4503, 4503]);
    expect(silent.closeReason).toBe('the role admin was removed');
  });

  test('does not renew its lease without the role', async () => {
    const app = await newApp();
    const operator = await newOperator(app);
    const socket = await operator.connect();
    const tickets = [await app.ticket(operator.token), await app.ticket(operator.token)];
    expect(await socket.data('renew', { ticket: tickets[0] })).toMatchObject({ lease: expect.any(Number) as unknown });
    await setRoles(app, operator, ['user']);
    await socket.ask('renew', { ticket: tickets[1] }).catch(() => undefined);
    expect(await socket.closed).toBe(4503);
  });

  test('closes with its session, with an operator’s action and with the server', async () => {
    const app = await newApp();
    const operator = await newOperator(app);
    const [first, second, third] = [await operator.connect(), await operator.connect(), await operator.connect()];
    const { connections } = (await operator.read('connections')) as { connections: { id: string }[] };
    const ids = connections.map(({ id }) => id);
    expect(await operator.ask('DELETE', `connections/${String(ids[2])}`)).toMatchObject({ json: { closed: 1 } });
    expect(await first.closed).toBe(4503);
    const other = await newOperator(app);
    const fourth = await other.connect();
    await app.call('DELETE', '/api/auth', { token: operator.token });
    expect(await Promise.all([second.closed, third.closed])).toEqual([4501, 4501]);
    await app.app.close();
    expect(await fourth.closed).toBe(1012);
  });

  test('counts toward the limit of connections', async () => {
    const app = await newApp({ MAX_CONNECTIONS_PER_USER: '2' });
    const operator = await newOperator(app);
    await operator.connect();
    await app.connect('admin', operator.token);
    expect(await app.call('GET', '/api/ws_ticket', { token: operator.token })).toMatchObject({
      status: 429,
      json: { code: 'too_many_connections' },
    });
  });
});

describe('the calls of operators', () => {
  test.each([
    ['GET', 'overview'],
    ['GET', 'nodes'],
    ['GET', 'refusals'],
    ['GET', 'refusals/groups?by=reason'],
    ['GET', 'receipts/K7Q-2MF'],
    ['GET', 'connections'],
    ['GET', 'connections/x'],
    ['POST', 'nodes/x/drain'],
  ])('%s %s requires the role admin', async (method, path) => {
    const app = await newApp();
    const token = await app.signIn('bart');
    expect(await app.call(method, `/api/admin/${path}`)).toMatchObject({
      status: 401,
      json: { code: 'missing_token' },
    });
    expect(await app.call(method, `/api/admin/${path}`, { token })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
  });
});
