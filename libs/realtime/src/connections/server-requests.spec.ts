import { beforeEach, describe, expect, test, vi } from 'vitest';
import { newShop } from '../testing/new-shop.ts';

const question = { question: 'Cancel the order?' };

test('a client responds to a request of the server, and the response is validated', async () => {
  const { connect } = newShop();
  const client = connect();
  const reply = client.connection.request('confirm', question);
  expect(client.received('request')).toEqual([{ type: 'request', request: 1, name: 'confirm', params: question }]);
  client.sendFrame({ type: 'response', request: 1, data: { yes: true } });
  expect(await reply).toEqual({ yes: true });
});

test('responses are matched to their requests in any order', async () => {
  const { connect } = newShop();
  const client = connect();
  const replies = [client.connection.request('confirm', question), client.connection.request('confirm', question)];
  client.sendFrame({ type: 'response', request: 2, data: { yes: false } });
  client.sendFrame({ type: 'response', request: 1, data: { yes: true } });
  expect(await Promise.all(replies)).toEqual([{ yes: true }, { yes: false }]);
});

describe('a request of the server rejects', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  test('with the code that the client sends', async () => {
    const client = newShop().connect();
    const reply = client.connection.request('confirm', question);
    client.sendFrame({ type: 'response', request: 1, code: 'unknown_type', message: 'no handler' });
    await expect(reply).rejects.toMatchObject({
      name: 'ServerRequestFailed',
      code: 'unknown_type',
      message: 'no handler',
    });
  });

  test('with bad_reply if the reply does not match its schema', async () => {
    const client = newShop().connect();
    const reply = client.connection.request('confirm', question);
    client.sendFrame({ type: 'response', request: 1, data: { yes: 'secret' } });
    const error: unknown = await reply.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bad_reply' });
    expect(String(error)).not.toContain('secret');
  });

  test('with timed_out after its limit, as for a client that does not know such requests', async () => {
    const client = newShop({ serverRequestTimeoutMs: 3_000 }).connect();
    const [long, short] = [
      client.connection.request('confirm', question),
      client.connection.request('confirm', question, { timeoutMs: 500 }),
    ];
    const outcome = vi.fn();
    short.catch(outcome);
    await vi.advanceTimersByTimeAsync(499);
    expect(outcome).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ code: 'timed_out' }));
    long.catch(outcome);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(outcome).toHaveBeenCalledTimes(2);
    client.sendFrame({ type: 'response', request: 1, data: { yes: true } });
    expect(client.connection.open).toBe(true);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('with disconnected when the connection closes, and for a closed one', async () => {
    const client = newShop().connect();
    const reply = client.connection.request('confirm', question);
    client.disconnect();
    await expect(reply).rejects.toMatchObject({ code: 'disconnected' });
    await expect(client.connection.request('confirm', question)).rejects.toMatchObject({ code: 'disconnected' });
  });

  test('with too_many_requests if 100 are pending', async () => {
    const client = newShop().connect();
    for (let count = 0; count < 100; count++) client.connection.request('confirm', question).catch(() => undefined);
    await expect(client.connection.request('confirm', question)).rejects.toMatchObject({ code: 'too_many_requests' });
    client.sendFrame({ type: 'response', request: 7, data: { yes: true } });
    const next = client.connection.request('confirm', question);
    client.sendFrame({ type: 'response', request: 101, data: { yes: true } });
    expect(await next).toEqual({ yes: true });
  });
});

test('a request that the protocol does not define throws', () => {
  const client = newShop().connect();
  expect(() => client.connection.request('order' as 'confirm', question)).toThrow('no server request "order"');
});

test('a response that was not requested is ignored, and a malformed one counts', () => {
  const client = newShop().connect();
  client.sendFrame({ type: 'response', request: 9, data: { yes: true } });
  expect(client.received('error')).toEqual([]);
  client.sendFrame({ type: 'response', request: 'x' });
  expect(client.received('error')).toMatchObject([{ code: 'bad_message' }]);
});
