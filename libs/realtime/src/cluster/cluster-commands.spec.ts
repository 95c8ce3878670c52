import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import type { Bus } from '../bus/bus.ts';
import type { Cluster } from './cluster.ts';
import { ClusterCommands, type ClusterCommandsOptions } from './cluster-commands.ts';
import { newLog } from '../testing/new-node.ts';

type Options = ClusterCommandsOptions<string, number>;

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const all = ['one', 'second', 'the third'];

function clusterOf(id: string, nodes: Cluster['nodes'] = () => Promise.resolve(all)): Cluster {
  return {
    id,
    nodes,
    size: 1,
    onNodeDown: () => () => undefined,
    isLive: () => true,
    onLeaseLost: () => () => undefined,
    close: () => Promise.resolve(),
  };
}

/** A node that replies to every command with the length of its name. */
function newNode(id: string, bus: Bus, nodes: readonly string[] = all, options: Partial<Options> = {}) {
  const log = newLog();
  const execute = vi.fn<Options['execute']>(() => id.length);
  const commands = new ClusterCommands<string, number>({
    bus,
    cluster: clusterOf(id, () => Promise.resolve(nodes)),
    topic: 'endings',
    execute,
    isCommand: isString,
    isResult: isNumber,
    log,
    ...options,
  });
  onTestFinished(() => {
    commands.stop();
  });
  return { commands, send: (command: string) => commands.send(command), execute, log };
}

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

test('executes a command once on every live node and returns its own result first', async () => {
  const bus = createMemoryBus();
  const nodes = all.map((name) => newNode(name, bus));
  const outcome = await nodes[1]?.send('close them');
  expect(outcome?.complete).toBe(true);
  expect(outcome?.results.map(({ node, result }) => [node, result])).toEqual([
    ['second', 6],
    ['one', 3],
    ['the third', 9],
  ]);
  expect(outcome?.results.every(({ ms }) => ms >= 0)).toBe(true);
  for (const { execute } of nodes) expect(execute).toHaveBeenCalledExactlyOnceWith('close them');
});

test('resolves without waiting when it is the only node', async () => {
  const { send } = newNode('one', createMemoryBus(), ['one'], { timeoutMs: 500 });
  expect(await send('close them')).toMatchObject({ complete: true, results: [{ node: 'one', result: 3 }] });
});

test('is incomplete after the timeout when a live node does not return a result', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, all, { timeoutMs: 500 });
  newNode('second', bus);
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(500);
  const { complete, missing, results } = await sending;
  expect(complete).toBe(false);
  expect(missing).toEqual(['the third']);
  expect(results.map(({ node }) => node)).toEqual(['one', 'second']);
});

test('treats a node that fails to execute the command as not responding', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, ['one', 'second']);
  const second = newNode('second', bus, all, { execute: () => Promise.reject(new Error('no')) });
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await sending).complete).toBe(false);
  expect(second.log.lines).toEqual(['error a cluster command of another node failed']);
});

test.each([
  ['fails', () => Promise.reject(new Error('away'))],
  ['never settles', () => new Promise<never>(() => undefined)],
])('publishes the command and collects results, but is incomplete, when the list of nodes %s', async (_, nodes) => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, all, { cluster: clusterOf('one', nodes) });
  const second = newNode('second', bus);
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await sending).toMatchObject({ complete: false, results: [{ node: 'one' }, { node: 'second' }] });
  expect(second.execute).toHaveBeenCalledOnce();
  expect(one.log.lines).toEqual(['error the live nodes could not be determined']);
});

test('publishes the command and is incomplete when this node never finishes it', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, ['one', 'second'], { execute: () => new Promise<never>(() => undefined) });
  newNode('second', bus);
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await sending).toMatchObject({ complete: false, results: [{ node: 'second' }] });
});

test('rejects with the error of this node, after the command was published', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, all, { execute: () => Promise.reject(new Error('no')) });
  const second = newNode('second', bus);
  await expect(one.send('close them')).rejects.toThrow('no');
  expect(second.execute).toHaveBeenCalledOnce();
});

test('ignores results of unknown nodes, repeated results and invalid results', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, ['one', 'second'], { timeoutMs: 100 });
  let id = '';
  bus.subscribe('cluster:endings', {
    message: (payload) => {
      id = (JSON.parse(payload) as { id: string }).id;
    },
  });
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(0);
  const reply = (result: object): void => {
    bus.publish('cluster:endings:one', JSON.stringify(result));
  };
  reply({ id, node: 'unknown', result: 1 });
  reply({ id: 'another', node: 'second', result: 1 });
  reply({ id, node: 'second', result: 'many' });
  bus.publish('cluster:endings:one', 'no JSON');
  reply({ id, node: 'second', result: 7 });
  reply({ id, node: 'second', result: 8 });
  expect(await sending).toEqual({
    complete: true,
    missing: [],
    results: [expect.objectContaining({ node: 'one' }), expect.objectContaining({ node: 'second', result: 7 })],
  });
});

test('logs an invalid command and does not execute it', () => {
  const bus = createMemoryBus();
  const { execute, log } = newNode('one', bus);
  for (const payload of ['no JSON', 'null', '{"id":"1","from":"second","command":2}', '{"command":"close them"}']) {
    bus.publish('cluster:endings', payload);
  }
  expect(execute).not.toHaveBeenCalled();
  expect(log.lines).toEqual(Array(4).fill('warn invalid cluster command on the bus'));
});

test('neither executes nor waits after stop', async () => {
  const bus = createMemoryBus();
  const one = newNode('one', bus, ['one', 'second']);
  const second = newNode('second', bus);
  second.commands.stop();
  const sending = one.send('close them');
  await vi.advanceTimersByTimeAsync(0);
  one.commands.stop();
  expect(await sending).toMatchObject({ complete: false });
  expect(second.execute).not.toHaveBeenCalled();
});

test('calls missed when the bus may have lost commands', () => {
  const missed = vi.fn();
  const bus = createMemoryBus();
  newNode('one', bus, all, { missed });
  expect(missed).not.toHaveBeenCalled();
  bus.interrupt()();
  expect(missed).toHaveBeenCalledOnce();
});
