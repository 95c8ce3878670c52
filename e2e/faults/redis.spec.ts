import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createPrivateRoom,
  handshakeStatus,
  join,
  joined,
  nodesInProof,
  sessionOf,
  ticketOutcome,
} from '../cluster/actions.ts';
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

/** The next test begins with a healthy cluster: each node issues tickets and counts all nodes as live. */
afterEach(async () => {
  const token = await signIn(here, 'lisa');
  for (const node of cluster.nodes) {
    node.heal();
    await expect.poll(() => ticketOutcome(node, token), { timeout: 30_000 }).toBe('issued');
  }
  for (const node of cluster.nodes) {
    await expect.poll(() => nodesInProof(node), { timeout: 30_000 }).toBe(cluster.nodes.length);
  }
});

const outages: readonly (readonly [
  name: string,
  begin: () => Promise<void> | void,
  end: () => Promise<void> | void,
])[] = [
  ['dead', () => cluster.redis.kill(), () => cluster.redis.start()],
  [
    'hung',
    () => {
      cluster.redis.pause();
    },
    () => {
      cluster.redis.resume();
    },
  ],
];

describe.each(outages)('while Redis is %s', (name, begin, end) => {
  test('ticket calls are rejected, messages are stored and reach the members on the same node, and the others when it is back', async () => {
    const [maggie, bart, lisa] = [
      await joined(here, 'maggie', 'general'),
      await joined(there, 'bart', 'general'),
      await joined(here, 'lisa', 'general'),
    ];
    const ticket = await ticketOf(here, maggie.token);
    await begin();
    try {
      expect(await ticketOutcome(here, maggie.token)).toBe('503 store_unavailable');
      expect(await handshakeStatus(there, ticket)).toBe(503);
      expect(await maggie.client.say('general', `while ${name}`)).toMatchObject({ type: 'reply' });
      await lisa.client.until(({ text }) => text === `while ${name}`);
    } finally {
      await end();
    }
    await bart.client.until(({ text }) => text === `while ${name}`);
    expect([maggie, bart, lisa].map(({ client }) => client.closeCode)).toEqual([undefined, undefined, undefined]);
    await expect.poll(() => ticketOutcome(there, maggie.token), { timeout: 20_000 }).toBe('issued');
  });

  test('a sign-out is durable and closes the sockets of every node, although its proof is incomplete', async () => {
    const token = await signIn(here, 'maggie');
    const sockets = [await ClusterClient.connect(here, token), await ClusterClient.connect(there, token)];
    const session = await sessionOf(here, token);
    await begin();
    try {
      expect(await call(here, 'DELETE', `/sessions/${session}`, { token })).toMatchObject({
        status: 503,
        json: { code: 'store_unavailable', closed: 1 },
      });
      expect((await call(there, 'GET', '/me', { token })).status).toBe(401);
      // The other node validates the sessions itself, because it no longer holds its lease.
      expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4501, 4501]);
    } finally {
      await end();
    }
  });

  test('a removed member receives nothing more on any node', async () => {
    const room = `private-${name}`;
    const maggie = await signIn(here, 'maggie');
    await createPrivateRoom(here, maggie, room, ['bart', 'lisa']);
    const [bart, lisa] = [await joined(there, 'bart', room), await joined(there, 'lisa', room)];
    await begin();
    try {
      expect(await call(here, 'DELETE', `/rooms/${room}/members/bart`, { token: maggie })).toMatchObject({
        status: 503,
        json: { code: 'store_unavailable' },
      });
      expect(await lisa.client.say(room, 'meanwhile')).toMatchObject({ type: 'reply' });
    } finally {
      await end();
    }
    await bart.client.until(({ type, room: left }) => type === 'removed' && left === room);
    await expect
      .poll(async () => (await call(here, 'DELETE', `/rooms/${room}/members/bart`, { token: maggie })).status, {
        timeout: 20_000,
      })
      .toBe(204);
    await lisa.client.say(room, 'without bart');
    await lisa.client.until(({ text }) => text === 'without bart');
    expect(bart.client.texts(room)).not.toContain('without bart');
  });
});

test('after a restart Redis has lost all tickets: they are rejected, new ones are valid, and presence is complete again', async () => {
  const [maggie, bart] = [await joined(here, 'maggie', 'random'), await joined(there, 'bart', 'random')];
  const ticket = await ticketOf(here, maggie.token);
  await cluster.redis.kill();
  await cluster.redis.start();
  // Each node connects to Redis again on its own.
  for (const node of [here, there]) {
    await expect.poll(() => ticketOutcome(node, maggie.token), { timeout: 20_000 }).toBe('issued');
    await expect.poll(() => handshakeStatus(node, ticket), { timeout: 20_000 }).toBe(401);
  }
  expect(await bart.client.say('random', 'after the restart')).toMatchObject({ type: 'reply' });
  await maggie.client.until(({ text }) => text === 'after the restart');
  const lisa = await ClusterClient.connect(here, await signIn(here, 'lisa'));
  await expect
    .poll(
      async () => {
        const { present } = await join(lisa, 'random');
        return (present as { readonly user: string }[]).map(({ user }) => user).sort();
      },
      { timeout: 20_000 },
    )
    .toEqual(['bart', 'lisa', 'maggie']);
});

describe.each(['cut', 'hung'] as const)('a node whose connection to Redis is %s', (network) => {
  test('delivers nothing to a removed member once the removal is confirmed', async () => {
    const room = `private-${network}-off`;
    const maggie = await signIn(here, 'maggie');
    await createPrivateRoom(here, maggie, room, ['bart', 'lisa']);
    const [bart, lisa] = [await joined(there, 'bart', room), await joined(there, 'lisa', room)];
    there.redis.set(network);
    const remove = async (): Promise<number> =>
      (await call(here, 'DELETE', `/rooms/${room}/members/bart`, { token: maggie })).status;
    // The removal is not confirmed while the other node counts as live.
    expect(await remove()).toBe(503);
    await expect.poll(remove, { timeout: 20_000 }).toBe(204);
    expect(await lisa.client.say(room, 'a secret')).toMatchObject({ type: 'reply' });
    await lisa.client.until(({ text }) => text === 'a secret');
    await bart.client.until(({ type, room: left }) => type === 'removed' && left === room);
    expect(bart.client.texts(room)).toEqual([]);
  });

  test('closes the sockets of a session that was ended elsewhere, and is complete again afterwards', async () => {
    const token = await signIn(here, 'bart');
    const socket = await ClusterClient.connect(there, token);
    const maggie = await joined(there, 'maggie', 'general');
    const lisa = await joined(here, 'lisa', 'general');
    there.redis.set(network);
    expect((await call(here, 'DELETE', '/sessions', { token })).status).toBe(503);
    expect(await socket.closed).toBe(4501);
    expect(await ticketOutcome(there, maggie.token)).toBe('503 store_unavailable');
    expect(await lisa.client.say('general', `to a node that is ${network} off`)).toMatchObject({ type: 'reply' });
    there.redis.set('open');
    await maggie.client.until(({ text }) => text === `to a node that is ${network} off`);
  });
});
