import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handshakeStatus, joined, readiness, sessionOf, ticketOutcome } from '../cluster/actions.ts';
import { call, ClusterClient, signIn, ticketOf } from '../cluster/cluster-client.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { TestCluster } from '../cluster/test-cluster.ts';

let cluster: TestCluster;
let here: ClusterNode;
let there: ClusterNode;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 2 });
  [here, there] = cluster.nodes as [ClusterNode, ClusterNode];
  return () => cluster.stop();
});

/** The next test begins with a healthy cluster. */
afterEach(async () => {
  for (const node of cluster.nodes) {
    node.heal();
    await expect.poll(() => readiness(node), { timeout: 30_000 }).toBe(200);
  }
});

const setBoth = (network: 'hung' | 'open'): void => {
  for (const node of cluster.nodes) node.postgres.set(network);
};

const outages: readonly (readonly [
  name: string,
  begin: () => Promise<void> | void,
  end: () => Promise<void> | void,
])[] = [
  ['gone', () => cluster.postgres.kill(), () => cluster.postgres.start()],
  [
    'hung',
    () => {
      setBoth('hung');
    },
    () => {
      setBoth('open');
    },
  ],
  ['out of connections', () => cluster.limitConnections(0), () => cluster.limitConnections(-1)],
];

describe.each(outages)('while PostgreSQL is %s', (name, begin, end) => {
  test('nothing is acknowledged, and a message that is sent again is stored and delivered once', async () => {
    const [maggie, bart] = [await joined(here, 'maggie', 'general'), await joined(there, 'bart', 'general')];
    const ticket = await ticketOf(here, maggie.token);
    const message = { room: 'general', key: randomUUID(), text: `while ${name}` };
    await begin();
    try {
      const [sent, ready, refused, me] = await Promise.all([
        maggie.client.request('send', message),
        readiness(here),
        handshakeStatus(there, ticket),
        call(here, 'GET', '/me', { token: maggie.token }),
      ]);
      expect(sent).toMatchObject({ type: 'error', code: 'internal' });
      expect(ready).toBe(503);
      expect(refused).toBe(503);
      expect(me).toMatchObject({ status: 503, json: { code: 'store_unavailable' } });
    } finally {
      await end();
    }
    await expect.poll(() => readiness(here), { timeout: 30_000 }).toBe(200);
    expect(await maggie.client.request('send', message)).toMatchObject({ type: 'reply' });
    expect(await bart.client.say('general', `after ${name}`)).toMatchObject({ type: 'reply' });
    for (const { client } of [maggie, bart]) {
      await client.until(({ text }) => text === `after ${name}`);
      expect(client.texts('general').filter((text) => text === message.text)).toHaveLength(1);
      expect(client.closeCode).toBeUndefined();
    }
  });
});

test('while PostgreSQL is slow, messages are acknowledged late and delivered in order', async () => {
  const [maggie, bart] = [await joined(here, 'maggie', 'general'), await joined(there, 'bart', 'general')];
  for (const node of cluster.nodes) node.postgres.delay(150);
  const texts = Array.from({ length: 10 }, (_, index) => `slow ${index}`);
  const replies = await Promise.all(texts.map((text) => maggie.client.say('general', text)));
  expect(new Set(replies.map(({ type }) => type))).toEqual(new Set(['reply']));
  await bart.client.until(({ text }) => text === texts.at(-1));
  expect(bart.client.texts('general')).toEqual(texts);
});

describe.each(['cut', 'hung'] as const)('a node whose connection to PostgreSQL is %s', (network) => {
  test('acknowledges nothing, but delivers messages of other nodes and closes sessions that ended elsewhere', async () => {
    const [maggie, bart] = [await joined(here, 'maggie', 'general'), await joined(there, 'bart', 'general')];
    const token = await signIn(here, 'bart');
    const second = await ClusterClient.connect(there, token);
    const session = await sessionOf(here, token);
    there.postgres.set(network);
    expect(await maggie.client.say('general', `to a node that is ${network} off`)).toMatchObject({ type: 'reply' });
    await bart.client.until(({ text }) => text === `to a node that is ${network} off`);
    expect(await call(here, 'DELETE', `/sessions/${session}`, { token })).toMatchObject({
      status: 200,
      json: { closed: 1 },
    });
    expect(await second.closed).toBe(4501);
    expect(await bart.client.say('general', 'not stored')).toMatchObject({ type: 'error', code: 'internal' });
    expect(await readiness(there)).toBe(503);
    there.postgres.set('open');
    await expect.poll(() => readiness(there), { timeout: 30_000 }).toBe(200);
    expect(await bart.client.say('general', `${network} and healed`)).toMatchObject({ type: 'reply' });
    await maggie.client.until(({ text }) => text === `${network} and healed`);
    expect(await ticketOutcome(there, bart.token)).toBe('issued');
  });
});
