import { PostgresServer, RedisServer } from '@usher/test-servers';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { newOperator, type OperatorClient } from '../testing/operator-client.ts';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.start();
  return () => postgres.stop();
});

let redis: RedisServer;
let here: TestApp;
let there: TestApp;
let operator: OperatorClient;

beforeEach(async () => {
  redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: `unix://${redis.socketPath}`,
    JWT_SECRET: 'the same secret on all of the nodes',
    NODE_LEASE_MS: '60000',
  };
  [here, there] = [await newApp(env), await newApp(env)];
  operator = await newOperator(here);
});

interface Listed {
  readonly node: string;
  readonly [field: string]: unknown;
}

async function list(path: string, name: string): Promise<Listed[]> {
  return (await operator.read(path))[name] as Listed[];
}

/** The ids of the nodes `here` and `there`. */
async function ids(): Promise<[string, string]> {
  const [first, second] = (await list('nodes', 'nodes')).map(({ node }) => node);
  const own = /"node":"(\w+)"[^}]*"node started"/.exec(here.log.join(''))?.[1];
  return first === own ? [String(first), String(second)] : [String(second), String(first)];
}

describe('over two nodes', () => {
  test('lists are merged, ordered and paged', async () => {
    for (let index = 0; index < 4; index++) {
      await (index % 2 === 0 ? here : there).dial('', { origin: `https://${index}.example` });
      // Refusals of different nodes in the same millisecond have no order.
      const at = Date.now();
      await vi.waitUntil(() => Date.now() > at, { interval: 1 });
    }
    const [first, second] = await ids();
    const found = await list('refusals', 'refusals');
    expect(found.map(({ node }) => node)).toEqual([second, first, second, first]);
    expect(found.map(({ origin }) => origin)).toEqual([3, 2, 1, 0].map((index) => `https://${index}.example`));
    const page = await operator.read('refusals?limit=3');
    expect(page).toMatchObject({ total: 4, missing: [] });
    expect(await list(`refusals?limit=3&cursor=${page['next'] as string}`, 'refusals')).toEqual(found.slice(3));
    expect(await list(`refusals?node=${second}`, 'refusals')).toEqual(found.filter(({ node }) => node === second));
    expect(await operator.read('refusals/groups?by=node')).toMatchObject({
      groups: [
        { value: second, count: 2 },
        { value: first, count: 2 },
      ],
      total: 4,
    });
    const maggie = await there.connect('maggie');
    await maggie.data('join', { room: 'general' });
    await here.connect('bart');
    expect(await list('connections', 'connections')).toMatchObject([
      { user: 'bart', node: first },
      { user: 'maggie', node: second },
    ]);
    expect(await list('connections?room=general', 'connections')).toMatchObject([{ user: 'maggie', rooms: 1 }]);
  });

  test('a receipt collects what each node knows', async () => {
    const { headers, json } = await there.call('GET', '/api/ws_ticket', { token: await there.signIn('maggie') });
    const query = `?ticket=${String(json?.['ticket'])}`;
    const socket = await here.dial(query);
    await there.dial(query);
    const report = await operator.read(`receipts/${String(headers.get('usher-receipt'))}`);
    expect(socket).toHaveProperty('ws');
    expect(report).toMatchObject({
      user: 'maggie',
      refusal: { reason: 'used' },
      connection: { user: 'maggie' },
      missing: [],
    });
    expect((report['steps'] as { step: string }[]).map(({ step }) => step)).toEqual([
      'ticket_issued',
      'opened',
      'handshake_refused',
    ]);
    const { id } = report['connection'] as { id: string };
    expect((await operator.read(`connections/${id}`))['steps']).toMatchObject([
      { step: 'ticket_issued' },
      { step: 'opened' },
    ]);
  });

  test('the overview adds up the nodes and names the state of each', async () => {
    await here.connect('maggie');
    await there.connect('bart');
    await there.dial('');
    const overview = await operator.read('overview?history=true');
    expect(overview).toMatchObject({
      connections: 2,
      users: 2,
      refusalsByReason: [{ reason: 'missing_ticket', count: 1 }],
      missing: [],
      history: { stepMs: 10_000 },
    });
    // A busy machine may delay the event loop and the replies of the database.
    const findings = overview['findings'] as { id: string }[];
    expect(findings.filter(({ id }) => !/^(?:event_loop|store):/.test(id))).toEqual([]);
    for (const node of overview['nodes'] as Listed[]) {
      expect(node).toMatchObject({
        connections: 1,
        draining: false,
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
        memoryBytes: expect.any(Number) as unknown,
        storeMs: expect.any(Number) as unknown,
        busMs: expect.any(Number) as unknown,
        clockOffsetMs: expect.any(Number) as unknown,
        leaseMs: expect.any(Number) as unknown,
      });
    }
    expect((overview['history'] as { connections: unknown[] }).connections).toHaveLength(360);
    const [, second] = await ids();
    expect(await operator.read(`overview?node=${second}`)).toMatchObject({ connections: 1 });
    expect(await operator.ask('GET', 'overview?node=unknown')).toMatchObject({ status: 404 });
  });

  test('a node is drained: its connections close with 1012, it rejects clients, and the others continue', async () => {
    const [first, second] = await ids();
    const maggie = await there.connect('maggie');
    const ticket = await here.ticket(await here.signIn('bart'));
    const { status, json } = await operator.ask('POST', `nodes/${second}/drain`);
    expect([status, json]).toMatchObject([200, { closed: 1, nodes: [{ node: second, closed: 1 }] }]);
    expect(await maggie.closed).toBe(1012);
    expect(await there.dial(`?ticket=${ticket}`)).toMatchObject({ status: 503, body: { code: 'draining' } });
    expect(await there.call('GET', '/api/health/ready')).toMatchObject({ status: 503 });
    await here.connect('bart');
    const findings = (await operator.read('overview'))['findings'] as { id: string }[];
    expect(findings.map(({ id }) => id)).toContain(`draining:${second}`);
    const [proof, decision] = (await operator.read('audit?action=node.drain'))['entries'] as Record<string, unknown>[];
    expect(decision).toMatchObject({ by: 'admin', address: '127.0.0.1', target: second });
    expect(proof).toMatchObject({ completes: decision?.['seq'], detail: { closed: 1, complete: true } });
    // The last node that accepts clients is never drained.
    expect(await operator.ask('POST', `nodes/${first}/drain`)).toMatchObject({ status: 400 });
    expect(await operator.ask('POST', 'nodes/unknown/drain')).toMatchObject({ status: 404 });
  });

  test('a node that does not respond is named, and the results of the others are returned', async () => {
    await here.dial('');
    const silent = 'a-suspended-node';
    const client = redis.client();
    await client.connect();
    await client.zadd('{usher-cluster}:nodes', Date.now() + 60_000, silent);
    expect(await operator.read('refusals')).toMatchObject({ total: 1, missing: [silent] });
    expect(await operator.read('connections')).toMatchObject({ total: 0, missing: [silent] });
    expect(await operator.read('receipts/000-000')).toMatchObject({ steps: [], missing: [silent] });
    expect(await operator.ask('GET', 'connections/unknown')).toMatchObject({
      status: 503,
      json: { code: 'store_unavailable', missing: [silent] },
    });
    const overview = await operator.read('overview');
    expect(overview).toMatchObject({ missing: [silent] });
    expect(overview['findings']).toContainEqual(
      expect.objectContaining({ id: `missing:${silent}`, severity: 'error' }),
    );
    expect(await operator.ask('POST', `nodes/${silent}/drain`)).toMatchObject({
      status: 503,
      json: { code: 'store_unavailable', closed: 0, nodes: [] },
    });
  });
});
