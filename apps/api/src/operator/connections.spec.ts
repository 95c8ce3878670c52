import { beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { newOperator, type OperatorClient } from '../testing/operator-client.ts';

let app: TestApp;
let operator: OperatorClient;

beforeEach(async () => {
  app = await newApp();
  operator = await newOperator(app);
});

interface Listed {
  readonly id: string;
  readonly [field: string]: unknown;
}

async function connections(query = ''): Promise<Listed[]> {
  return (await operator.read(`connections${query}`))['connections'] as Listed[];
}

describe('connections', () => {
  test('are listed with their user, client and rooms, last opened first', async () => {
    const maggie = await app.connect('maggie');
    await maggie.data('join', { room: 'general' });
    await app.connect('bart');
    const socket = await operator.connect();
    const listed = await connections();
    expect(listed).toHaveLength(3);
    const of = (user: string) => listed.find((each) => each['user'] === user);
    expect(of('maggie')).toMatchObject({
      protocol: 'usher.v1',
      address: '127.0.0.1',
      rooms: 1,
      queuedBytes: 0,
      rateLimited: 0,
      receipt: expect.stringMatching(/^.{3}-.{3}$/) as unknown,
      openedAt: expect.any(Number) as unknown,
      lease: expect.any(Number) as unknown,
    });
    expect(of('maggie')).not.toHaveProperty('closed');
    expect(of('admin')).toMatchObject({ protocol: 'usher.operator.v1', rooms: 0 });
    const times = listed.map(({ openedAt }) => Number(openedAt));
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    expect(await socket.data('connections', { user: 'bart' })).toMatchObject({
      connections: [{ user: 'bart' }],
      total: 1,
      missing: [],
    });
  });

  test('are found by user, session, address, room and node', async () => {
    const browser = await new Browser(app).signIn('maggie');
    const maggie = await app.connect('maggie', browser.token);
    await maggie.data('join', { room: 'general' });
    await app.connect('maggie');
    await app.connect('bart');
    const [{ node } = { node: '' }] = await connections();
    const users = async (query: string) => (await connections(query)).map(({ user }) => user);
    expect(await users('?user=maggie')).toEqual(['maggie', 'maggie']);
    expect(await users(`?session=${browser.session}`)).toEqual(['maggie']);
    expect(await users(`?session=${browser.session}&user=bart`)).toEqual([]);
    expect(await users('?room=general')).toEqual(['maggie']);
    expect(await users('?address=127.0.0.1')).toHaveLength(3);
    expect(await users('?address=10.0.0.1')).toEqual([]);
    expect(await users(`?node=${String(node)}`)).toHaveLength(3);
    expect(await users('?node=another')).toEqual([]);
    maggie.ws.close();
    await expect.poll(() => users('?state=closed')).toHaveLength(1);
    expect(await users(`?state=closed&session=${browser.session}`)).toEqual(['maggie']);
    expect(await users('?state=closed&session=another')).toEqual([]);
    expect(app.log.join('')).not.toContain(browser.session);
  });

  test('are listed after they closed, with the reason, and the last closed first', async () => {
    const maggie = await app.connect('maggie');
    await maggie.data('join', { room: 'general' });
    await app.connect('bart');
    const [{ id } = { id: '' }] = await connections('?user=bart');
    maggie.ws.terminate();
    await expect.poll(() => connections('?state=closed')).toHaveLength(1);
    await operator.ask('DELETE', `connections/${id}`);
    const closed = await connections('?state=closed');
    expect(closed).toMatchObject([
      { user: 'bart', closed: { code: 4503, name: 'closed_by_operator', byServer: true } },
      { user: 'maggie', closed: { code: 1006, name: 'connection_lost', byServer: false } },
    ]);
    expect(await connections('?state=closed&room=general')).toMatchObject([{ user: 'maggie', rooms: 1 }]);
    expect(await connections()).toEqual([]);
    expect(await operator.read(`connections/${id}`)).toMatchObject({
      connection: { id, user: 'bart' },
      steps: [
        { step: 'ticket_issued' },
        { step: 'opened' },
        { step: 'closed', code: '4503', reason: 'closed_by_operator' },
      ],
    });
  });

  test('are paged without omissions while others open and close', async () => {
    const token = await app.signIn('maggie');
    for (let index = 0; index < 5; index++) await app.connect('maggie', token);
    const all = (await connections()).map(({ id }) => id);
    const first = await operator.read('connections?limit=2');
    expect(first['total']).toBe(5);
    const seen = (first['connections'] as Listed[]).map(({ id }) => id);
    let next = first['next'] as string | undefined;
    while (next !== undefined) {
      (await app.connect('bart')).ws.terminate();
      const page = await operator.read(`connections?limit=2&cursor=${next}`);
      seen.push(...(page['connections'] as Listed[]).map(({ id }) => id));
      next = page['next'] as string | undefined;
    }
    expect(seen).toEqual(all);
  });
});

describe('one connection', () => {
  test('shows its timeline from the ticket on', async () => {
    const token = await app.signIn('maggie');
    const maggie = await app.connect('maggie', token);
    await maggie.data('join', { room: 'general' });
    await maggie.data('leave', { room: 'general' });
    await maggie.data('join', { room: 'random' });
    await maggie.data('renew', { ticket: await app.ticket(token) });
    const [{ id } = { id: '' }] = await connections();
    const detail = await operator.read(`connections/${id}`);
    expect(detail).toMatchObject({
      connection: { id, rooms: 1 },
      joined: ['random'],
      steps: [
        { step: 'ticket_issued' },
        { step: 'opened' },
        { step: 'joined', room: 'general' },
        { step: 'left', room: 'general' },
        { step: 'joined', room: 'random' },
        { step: 'renewed' },
      ],
    });
  });

  test('shows rate limits once in a row, and counts them', async () => {
    const limited = await newApp({ REQUESTS_PER_SECOND: '1' });
    const client = await limited.connect('maggie');
    for (let request = 0; request < 25; request++) await client.ask('ping');
    const admin = await newOperator(limited);
    const [connection] = (await admin.read('connections?user=maggie'))['connections'] as Listed[];
    expect(connection).toMatchObject({ rateLimited: 5 });
    const detail = await admin.read(`connections/${String(connection?.id)}`);
    expect(detail['steps']).toMatchObject([
      { step: 'ticket_issued' },
      { step: 'opened' },
      { step: 'rate_limited', reason: 'ping' },
    ]);
  });

  test('is not found if no node knows it', async () => {
    expect(await operator.ask('GET', 'connections/unknown')).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  });
});

test('no response contains a ticket or a token, and only those about connections contain a session', async () => {
  const bart = await new Browser(app).signIn('bart');
  const ticket = await app.ticket(bart.token);
  const open = await app.connect('bart', bart.token);
  await open.data('join', { room: 'general' });
  await app.dial(`?ticket=${ticket}`, { origin: 'https://evil.example' });
  await app.dial(`?ticket=${ticket}`, { headers: { 'user-agent': 'client' } });
  await app.dial(`?ticket=${bart.token}`);
  const closed = await app.connect('bart', bart.token);
  closed.ws.close();
  await closed.closed;
  const [{ id, receipt } = { id: '', receipt: '' }] = await connections();
  const paths = [
    'overview?history=true',
    'nodes',
    'refusals',
    'refusals/groups?by=user',
    `receipts/${String(receipt)}`,
  ];
  const textOf = async (asked: readonly string[]): Promise<string> =>
    JSON.stringify(await Promise.all(asked.map((path) => operator.read(path))));
  const [others, about] = [
    await textOf(paths),
    await textOf(['connections', 'connections?state=closed', `connections/${id}`]),
  ];
  for (const text of [others, about]) {
    expect(text).toContain('bart');
    for (const secret of [ticket, bart.token, bart.token.split('.')[2], operator.token])
      expect(text).not.toContain(secret);
  }
  // An operator ends the session by its id, as on the page of the user.
  expect(about).toContain(bart.session);
  expect(others).not.toContain(bart.session);
});
