import { describe, expect, test, vi } from 'vitest';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import { FakeError } from '../testing.ts';
import { newSocket, openSocket, settle } from '../testing/new-socket.ts';

const room = 'general';

describe('a request', () => {
  test('resolves to the data of its reply', async () => {
    const { server, socket } = await openSocket();
    server.send(room, 'bart', 'hello');
    const page = socket.request('history', { room, after: 0 });
    await expect(page).resolves.toMatchObject({ messages: [{ text: 'hello' }], more: false });
  });

  test('clears its timer after the reply', async () => {
    const { socket } = await openSocket();
    const before = vi.getTimerCount();
    await socket.ping();
    expect(vi.getTimerCount()).toBe(before);
  });

  test('has an id that increases across connections', async () => {
    const { server, socket } = await openSocket();
    await socket.ping();
    await socket.ping();
    const [first] = server.sockets;
    socket.drop();
    await settle(500);
    await socket.ping();
    expect(first?.received.map(({ id }) => id)).toEqual([1, 2]);
    expect(server.last.received.map(({ id }) => id)).toEqual([3]);
  });

  test('rejects with the code and retry delay of the server', async () => {
    const { server, socket } = await openSocket();
    server.handle('send', () => {
      throw new FakeError('rate_limited', 250);
    });
    const sent = socket.request('send', { room, key: 'k', text: 'x' });
    await expect(sent).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 250 });
    await expect(sent).rejects.toBeInstanceOf(RequestFailed);
  });

  test('rejects after the timeout, and a late reply is dropped', async () => {
    const { server, socket } = await openSocket();
    server.handle('history', () => undefined);
    const pending = socket.request('history', { room, after: 0 });
    const failed = expect(pending).rejects.toBeInstanceOf(TimedOut);
    await settle(10_000);
    await failed;
    server.last.emit({ type: 'reply', id: 1, data: {} });
    const soon = expect(socket.request('history', { room, after: 0 }, { timeoutMs: 50 })).rejects.toBeInstanceOf(
      TimedOut,
    );
    await settle(50);
    await soon;
    expect(socket.state.name).toBe('open');
  });

  test('rejects if the connection is lost before the reply', async () => {
    const { server, socket } = await openSocket();
    server.handle('history', () => undefined);
    const pending = Promise.allSettled([1, 2, 3].map((after) => socket.request('history', { room, after })));
    await settle();
    server.last.end(1006);
    for (const result of await pending) expect(result).toMatchObject({ reason: expect.any(Disconnected) as unknown });
  });

  test('rejects at once without a connection', async () => {
    const { socket } = newSocket();
    await expect(socket.ping()).rejects.toBeInstanceOf(Disconnected);
    socket.connect();
    await expect(socket.ping()).rejects.toBeInstanceOf(Disconnected);
    await settle();
    socket.stop();
    await expect(socket.ping()).rejects.toBeInstanceOf(Disconnected);
  });

  test('can be aborted', async () => {
    const { server, socket } = await openSocket();
    server.handle('history', () => undefined);
    const abort = new AbortController();
    const pending = socket.request('history', { room, after: 0 }, { signal: abort.signal });
    abort.abort(new Error('no longer needed'));
    await expect(pending).rejects.toThrow('no longer needed');
    await expect(socket.request('history', { room, after: 0 }, { signal: abort.signal })).rejects.toThrow(
      'no longer needed',
    );
    await settle();
    expect(server.last.received).toHaveLength(1);
  });

  test('rejects locally while 200 requests are pending', async () => {
    const { server, socket } = await openSocket();
    server.handle('history', () => undefined);
    const pending = Array.from({ length: 200 }, () => socket.request('history', { room, after: 0 }));
    const settled = Promise.allSettled(pending);
    await expect(socket.ping()).rejects.toMatchObject({ code: 'rate_limited' });
    await settle(10_000);
    await settled;
    await expect(socket.ping()).resolves.toBeTypeOf('number');
  });

  test('rejects locally if it exceeds the frame limit, because the server would close the connection', async () => {
    const { server, socket } = await openSocket();
    const text = 'ü'.repeat(33_000);
    await expect(socket.request('send', { room, key: 'k', text })).rejects.toMatchObject({ code: 'too_long' });
    expect(server.last.received).toEqual([]);
    expect(socket.state.name).toBe('open');
  });

  test('does not let params override its type or id', async () => {
    const { server, socket } = await openSocket();
    server.handle('history', () => ({}));
    await socket.request('history', { room, after: 0, ...{ type: 'leave', id: 99 } });
    expect(server.last.received).toMatchObject([{ type: 'history', id: 1 }]);
  });
});

describe('a server event', () => {
  test('reaches the subscribers of its type; unknown types reach events$ only', async () => {
    const { server, socket } = await openSocket();
    const removed: unknown[] = [];
    const all: string[] = [];
    socket.on('removed').subscribe((event) => removed.push(event));
    socket.events$.subscribe(({ type }) => all.push(type));
    server.last.emit({ type: 'removed', room, code: 'forbidden' });
    server.last.emit({ type: 'of tomorrow' });
    expect(removed).toEqual([{ type: 'removed', room, code: 'forbidden' }]);
    expect(all).toEqual(['removed', 'of tomorrow']);
  });

  test.each([
    'not a frame',
    '',
    'null',
    '[]',
    '{"type":null}',
    '{"type":"reply"}',
    '{"type":"reply","id":"1","data":{}}',
    '{"type":"reply","id":4711}',
    '{"type":"error"}',
    '{"type":"error","id":1e99,"code":{}}',
    '{"type":"lease"}',
    '{"type":"__proto__"}',
  ])('is ignored if it is %s', async (text) => {
    const { server, socket } = await openSocket();
    server.last.emit(text);
    await settle();
    expect(socket.state.name).toBe('open');
    await expect(socket.ping()).resolves.toBeTypeOf('number');
  });
});

test('a signal is sent over the open connection and dropped without one', async () => {
  const { server, socket } = newSocket();
  socket.signal('beat', {});
  socket.connect();
  await settle();
  socket.signal('beat', {});
  expect(server.last.received).toEqual([{ type: 'beat' }]);
});

test('later() is cancelled when the connection is lost', async () => {
  const { server, socket } = await openSocket();
  const run = vi.fn();
  socket.later(100, run);
  await settle(100);
  expect(run).toHaveBeenCalledOnce();
  socket.later(100, run);
  server.last.end(1006);
  await settle(60_000);
  expect(run).toHaveBeenCalledOnce();
});
