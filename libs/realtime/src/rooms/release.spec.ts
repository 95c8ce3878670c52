import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { newKey, newNode, quiet } from '../testing/new-node.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('releases all state of a closed connection, whatever it did before', async () => {
  const node = newNode();
  const stays = node.connect('bart');
  await stays.request('join', { room: 'general' });

  async function visit(): Promise<WeakRef<object>[]> {
    const joined = node.connect('maggie');
    await joined.request('join', { room: 'general' });
    await joined.request('send', { room: 'general', key: newKey(), text: 'Hello' });
    await joined.request('history', { room: 'general', after: 0 });
    const left = node.connect('maggie');
    await left.request('join', { room: 'random' });
    await left.request('leave', { room: 'random' });
    const denied = node.connect('maggie');
    await denied.request('join', { room: 'elsewhere' });
    const closed = node.connect('lisa');
    await closed.request('join', { room: 'general' });
    node.connections.close({ user: 'lisa' }, 'session_ended');
    for (const client of [joined, left, denied]) client.disconnect();
    return [joined, left, denied, closed].map(({ connection }) => new WeakRef<object>(connection));
  }

  const gone = await visit();
  await quiet();
  await eventually(() => {
    collectGarbage();
    expect(gone.map((reference) => reference.deref())).toEqual(gone.map(() => undefined));
  });
  expect((await stays.request('ping')).type).toBe('reply');
});
