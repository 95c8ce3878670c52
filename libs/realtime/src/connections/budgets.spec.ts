import { roomsProtocol } from '@usher/protocol/server';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { type Client, newKey, newNode, quiet } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A small budget, so that tests can exhaust it. The user has 2.5 times the budget of a connection. */
const small = { requestsPerSecond: 10, requestBurst: 20, userRequestsPerSecond: 20, userRequestBurst: 50 };

async function outcomes(client: Client, type: string, count: number, params: object = {}): Promise<unknown[]> {
  const replies = await Promise.all(Array.from({ length: count }, () => client.request(type, params)));
  return replies.map(({ code, type: kind }) => code ?? kind);
}

function served(replies: readonly unknown[]): number {
  return replies.filter((reply) => reply !== 'rate_limited').length;
}

describe('the budget of a connection', () => {
  test('rejects requests beyond its burst with rate_limited and serves them at its rate', async () => {
    const client = newNode({ limits: small }).connect();
    expect(served(await outcomes(client, 'ping', 30))).toBe(20);
    expect(await client.request('ping')).toMatchObject({ type: 'error', code: 'rate_limited', retryAfterMs: 1_000 });
    vi.advanceTimersByTime(1_000);
    expect(served(await outcomes(client, 'ping', 30))).toBe(10);
  });

  test('lets a client rejoin 128 rooms, read a page of each and mark each as read at once', async () => {
    const rooms = Array.from({ length: 128 }, (_, n) => `room-${n}`);
    const client = newNode({ history: createMemoryHistory({ rooms }) }).connect();
    for (const room of rooms) {
      expect(await client.request('join', { room })).toMatchObject({ type: 'reply' });
      expect(await client.request('history', { room, after: 0 })).toMatchObject({ type: 'reply' });
      expect(await client.request('leave', { room })).toMatchObject({ type: 'reply' });
      expect(await client.request('join', { room })).toMatchObject({ type: 'reply' });
    }
  });

  test('charges by type: a join costs four pings, and pages and leaves have their own cost', async () => {
    const room = 'general';
    const costs = [
      ['join', 4, { room }],
      ['history', 4, { room, after: 0 }],
      ['leave', 2, { room }],
      ['ping', 1, {}],
    ] as const;
    for (const [type, cost, params] of costs) {
      const client = newNode({ limits: small }).connect();
      expect([type, served(await outcomes(client, type, 40, params))]).toEqual([type, 20 / cost]);
    }
  });

  test('uses the configured costs', async () => {
    const client = newNode({ limits: small, costs: { ping: 10 } }).connect();
    expect(served(await outcomes(client, 'ping', 10))).toBe(2);
  });

  test('drops a signal beyond the budget without a response, and counts it', async () => {
    const dropped: string[] = [];
    const observed: string[] = [];
    const observer = {
      dropped: (type: string) => void dropped.push(type),
      answered: (type: string, outcome: string) => void observed.push(`${type} ${outcome}`),
    };
    const client = newNode({ limits: small, observer }).connect();
    await outcomes(client, 'ping', 21);
    expect(observed.at(-1)).toBe('ping rate_limited');
    const frames = client.frames.length;
    client.sendFrame({ type: 'typing', room: 'general' });
    client.sendFrame({ type: 'away', away: true });
    expect(client.frames).toHaveLength(frames);
    expect(dropped).toEqual(['typing', 'away']);
  });

  test('charges an away signal once per joined room, and 1 if it changes nothing', async () => {
    const rooms = ['a', 'b', 'c', 'd', 'e'];
    const limits = { requestsPerSecond: 1, requestBurst: 20 + 5 + 5 + 3, userRequestsPerSecond: 0 };
    const client = newNode({ limits, history: createMemoryHistory({ rooms }) }).connect();
    for (const room of rooms) await client.request('join', { room });
    for (const away of [true, false, false, false]) client.sendFrame({ type: 'away', away });
    expect(served(await outcomes(client, 'ping', 10))).toBe(1);
  });

  test('charges one additional unit for each 8,192 characters of a frame', async () => {
    const client = newNode({ limits: small }).connect();
    expect(served(await outcomes(client, 'ping', 10, { padding: 'x'.repeat(4 * 8_192) }))).toBe(4);
  });

  test('charges unknown types, but not malformed frames', () => {
    const client = newNode({ limits: { ...small, malformed: 100 } }).connect();
    for (let n = 0; n < 50; n++) client.sendFrame('not JSON');
    for (let id = 1; id <= 25; id++) client.sendFrame({ type: 'wave', id });
    const codes = client.received('error').map(({ code }) => code);
    expect(codes.filter((code) => code === 'bad_message')).toHaveLength(50);
    expect(codes.filter((code) => code === 'unknown_type')).toHaveLength(20);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(5);
  });

  test('accepts renew and beat frames when it is exhausted', async () => {
    const { connect } = newNode({ limits: small, renew: () => Promise.resolve({}), heartbeatMs: 1_000 });
    const client = connect();
    await outcomes(client, 'ping', 30);
    expect(await client.request('renew', { ticket: 'fresh' })).toMatchObject({ type: 'reply' });
    for (let beat = 0; beat < 30; beat++) {
      await outcomes(client, 'ping', 20);
      client.sendFrame({ type: 'beat' });
      vi.advanceTimersByTime(1_000);
    }
    expect(await client.request('renew', { ticket: 'fresh' })).toMatchObject({ type: 'reply' });
    expect(client.closedWith).toBeUndefined();
  });

  test('charges a flood of beat or renew frames like other frames', async () => {
    const client = newNode({ limits: small, renew: () => Promise.resolve({}) }).connect();
    expect(served(await outcomes(client, 'renew', 100, { ticket: 'fresh' }))).toBe(10 + 20 / 4);
    for (let n = 0; n < 915; n++) client.sendFrame({ type: 'beat' });
    expect(client.closedWith).toMatchObject({ code: 4029 });
  });

  test('closes with 4029 after 1,000 rejections in one minute, and does not count those of earlier minutes', () => {
    // The first beat is due after the test, because no client here replies to beats.
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const client = newNode({ limits: small, heartbeatMs: 600_000 }).connect();
    const flood = (count: number) => {
      for (let n = 0; n < count; n++) client.sendFrame({ type: 'away', away: n % 2 === 0 });
    };
    flood(20 + 999);
    expect(client.closedWith).toBeUndefined();
    vi.advanceTimersByTime(60_000);
    flood(20 + 999);
    expect(client.closedWith).toBeUndefined();
    flood(1);
    expect(client.closedWith).toEqual({ code: 4029, reason: 'rate limit abused' });
  });

  test('is unlimited when the limit of the connection or user is 0', async () => {
    const free = newNode({ limits: { requestsPerSecond: 0 } }).connect();
    for (let n = 0; n < 20_000; n++) free.sendFrame({ type: 'away', away: n % 2 === 0 });
    expect(free.closedWith).toBeUndefined();
    expect(await free.request('ping')).toMatchObject({ type: 'reply' });
    const perUser = newNode({ limits: { requestsPerSecond: 0, userRequestsPerSecond: 20, userRequestBurst: 50 } });
    expect(served(await outcomes(perUser.connect(), 'ping', 100))).toBe(50);
    const perConnection = newNode({ limits: { ...small, userRequestsPerSecond: 0 } });
    for (let n = 0; n < 10; n++) expect(served(await outcomes(perConnection.connect(), 'ping', 30))).toBe(20);
  });
});

describe('the cost of sends', () => {
  test('is 0 without a limit of sends', async () => {
    const client = newNode({ limits: { ...small, sendsPerSecond: 0 } }).connect();
    await client.request('join', { room: 'general' });
    for (let n = 0; n < 500; n++) {
      expect(await client.request('send', { room: 'general', key: newKey(), text: 'x' })).toMatchObject({
        type: 'reply',
      });
    }
  });

  test.each([20, 150])(
    'allows %i sends a second with any budget and leaves half of the budget',
    async (sendsPerSecond) => {
      const client = newNode({ limits: { sendsPerSecond, sendBurst: sendsPerSecond } }).connect();
      await client.request('join', { room: 'general' });
      for (let second = 0; second < 20; second++) {
        for (let n = 0; n < sendsPerSecond; n++) {
          const reply = await client.request('send', { room: 'general', key: newKey(), text: 'x' });
          expect(reply).toMatchObject({ type: 'reply' });
        }
        expect(served(await outcomes(client, 'ping', 50))).toBe(50);
        // Waiting for each response would search all received frames.
        client.frames.length = client.raw.length = 0;
        vi.advanceTimersByTime(1_000);
      }
    },
  );
});

describe('the budget of a user', () => {
  test('is shared by all connections of the user and by no other user', async () => {
    const { connect } = newNode({ limits: small });
    const tabs = Array.from({ length: 5 }, () => connect('maggie'));
    let total = 0;
    for (const tab of tabs) total += served(await outcomes(tab, 'ping', 30));
    expect(total).toBe(50);
    expect(served(await outcomes(connect('bart'), 'ping', 30))).toBe(20);
    vi.advanceTimersByTime(1_000);
    total = 0;
    for (const tab of tabs) total += served(await outcomes(tab, 'ping', 30));
    expect(total).toBe(20);
  });

  test('is not reset by a reconnect', async () => {
    const { connect } = newNode({ limits: small });
    let total = 0;
    for (let n = 0; n < 10; n++) {
      const client = connect();
      total += served(await outcomes(client, 'ping', 30));
      client.disconnect();
      await quiet();
    }
    expect(total).toBe(50);
    vi.advanceTimersByTime(60_000);
    connect('bart').disconnect();
    expect(served(await outcomes(connect(), 'ping', 30))).toBe(20);
  });
});

test('limits every type of the rooms protocol', async () => {
  const room = 'general';
  const params: Record<string, object> = {
    ping: {},
    renew: { ticket: 'fresh' },
    join: { room },
    history: { room, after: 0 },
    leave: { room },
    send: { room, key: newKey(), text: 'x' },
    edit: { room, key: newKey(), edits: 1, text: 'x' },
    delete: { room, key: newKey(), deletes: 1 },
    read: { room, seq: 0 },
    typing: { room },
    away: { away: true },
    beat: {},
    response: { request: 1, data: {} },
  };
  const types = [...Object.keys(roomsProtocol.requests), ...Object.keys(roomsProtocol.signals)];
  expect(Object.keys(params).toSorted()).toEqual(types.toSorted());
  for (const type of types) {
    const { connect } = newNode({ limits: { refusedSends: 1_000 } });
    const client = connect();
    for (let id = 1; id <= 10_000 && client.closedWith === undefined; id++)
      client.sendFrame({ ...params[type], type, id });
    await quiet();
    expect([type, client.closedWith?.code]).toEqual([type, 4029]);
  }
});
