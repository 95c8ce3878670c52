import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
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

/** The next test begins with a healthy cluster. */
afterEach(async () => {
  if (!there.isRunning) await there.start();
  const token = await signIn(here, 'lisa');
  for (const node of [here, there])
    await expect.poll(() => ticketOutcome(node, token), { timeout: 30_000 }).toBe('issued');
  // A test may have started a third node.
  for (const node of [here, there])
    await expect.poll(() => nodesInProof(node), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
});

/** Resolves when the other nodes no longer count the node as live: then a removal is complete without it. */
async function leaseEnded(token: string, room: string, user: string): Promise<void> {
  const remove = async (): Promise<number> =>
    (await call(here, 'DELETE', `/rooms/${room}/members/${user}`, { token })).status;
  await expect.poll(remove, { timeout: 20_000 }).toBe(204);
}

test('a node that is killed loses no acknowledged message, its users are offline after its lease, and they recover on another node', async () => {
  const [maggie, bart] = [await joined(here, 'maggie', 'general'), await joined(there, 'bart', 'general')];
  const before = await join(bart.client, 'general');
  const sent: string[] = [];
  for (let index = 0; index < 20; index++) {
    const reply = await bart.client.say('general', `before the crash ${index}`);
    if (reply.type === 'reply') sent.push(`before the crash ${index}`);
  }
  await there.kill();
  expect(await bart.client.closed).toBe(1006);
  await maggie.client.until(({ text }) => text === sent.at(-1));
  expect(maggie.client.texts('general')).toEqual(sent);
  await maggie.client.until(({ type, user, status }) => type === 'presence' && user === 'bart' && status === 'offline');
  expect(await maggie.client.say('general', 'while bart is away')).toMatchObject({ type: 'reply' });
  const again = await ClusterClient.connect(here, bart.token);
  const recovered = await again.request('join', { room: 'general', epoch: before['epoch'], after: before['seq'] });
  expect(recovered).toMatchObject({ data: { recovery: 'recovered', seq: Number(before['seq']) + 21, more: false } });
});

test('a node that was suspended validates sessions and memberships before it delivers anything', async () => {
  const room = 'private-suspended';
  const maggie = await signIn(here, 'maggie');
  await createPrivateRoom(here, maggie, room, ['bart', 'lisa']);
  const [bart, lisa, signedOut] = [
    await joined(there, 'bart', room),
    await joined(there, 'lisa', room),
    await joined(there, 'lisa', room),
  ];
  const owner = await ClusterClient.connect(here, maggie);
  await join(owner, room);
  there.pause();
  onTestFinished(() => {
    there.resume();
  });
  await leaseEnded(maggie, room, 'bart');
  const session = await sessionOf(here, signedOut.token);
  expect((await call(here, 'DELETE', `/sessions/${session}`, { token: signedOut.token })).status).toBe(200);
  expect(await owner.say(room, 'while the node is suspended')).toMatchObject({ type: 'reply' });
  // These requests wait in the buffers of the suspended node.
  const [late, history] = [
    signedOut.client.say(room, 'from an ended session'),
    bart.client.request('history', { room, after: 0 }),
  ];
  for (const pending of [late, history]) pending.catch(() => undefined);
  there.resume();
  await lisa.client.until(({ text }) => text === 'while the node is suspended');
  expect(await signedOut.client.closed).toBe(4501);
  expect(signedOut.client.texts(room)).toEqual([]);
  await bart.client.until(({ type }) => type === 'removed');
  expect(bart.client.texts(room)).toEqual([]);
  expect(await history).toMatchObject({ type: 'error', code: 'not_found' });
  await expect(late).rejects.toThrow('closed with 4501');
  expect(await lisa.client.say(room, 'afterwards')).toMatchObject({ type: 'reply' });
  await owner.until(({ text }) => text === 'afterwards');
  expect(owner.texts(room)).toEqual(['while the node is suspended', 'afterwards']);
});

describe.each([
  ['ahead', 300_000],
  ['behind', -300_000],
])('a node whose clock is 5 minutes %s', (direction, offsetMs) => {
  test('accepts tokens and tickets of the others and they accept its own, once', async () => {
    const skewed = await cluster.addNode(offsetMs);
    onTestFinished(() => cluster.removeNode(skewed));
    for (const [issuer, other] of [
      [skewed, here],
      [here, skewed],
    ] as const) {
      const token = await signIn(issuer, 'maggie');
      expect((await call(other, 'GET', '/me', { token })).status).toBe(200);
      const ticket = await ticketOf(issuer, token);
      expect(await handshakeStatus(other, ticket)).toBe(101);
      expect(await handshakeStatus(issuer, ticket)).toBe(401);
      const client = await ClusterClient.connect(other, token);
      await join(client, 'general');
      expect(await client.say('general', `a clock is ${direction}`)).toMatchObject({ type: 'reply' });
      const session = await sessionOf(issuer, token);
      expect((await call(issuer, 'DELETE', `/sessions/${session}`, { token })).status).toBe(200);
      expect(await client.closed).toBe(4501);
      expect((await call(other, 'GET', '/me', { token })).status).toBe(401);
    }
  });
});
