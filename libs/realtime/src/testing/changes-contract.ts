import { expect, test } from 'vitest';
import type { Message } from '@usher/protocol';
import { UnknownRoom } from '../support/errors.ts';
import type { Entry, History } from '../rooms/history.ts';

/**
 * The guarantees of every `History` implementation for edits and deletions, a part of `historyContract`. `open` creates the rooms
 * `one` and `two`.
 */
export function changesContract(open: () => Promise<History>): void {
  test('an edit takes the next sequence number and changes the original message and its edited time', async () => {
    const history = await open();
    const { message: first } = await history.append('one', said('first'));
    await history.append('one', said('second'));
    const { message: edit, duplicate } = await history.append('one', { ...said('first, mended'), edits: 1 });
    expect(edit).toMatchObject({ room: 'one', seq: 3, from: 'maggie', text: 'first, mended', edits: 1 });
    expect({ duplicate, edited: edit.edited, deletes: edit.deletes }).toEqual({ duplicate: false });
    expect(edit.id).not.toBe(first.id);
    const [now, second, last] = await all(history);
    expect(now).toEqual({ ...first, text: 'first, mended', edited: edit.at });
    expect(second).not.toHaveProperty('edited');
    expect(last).toEqual(edit);
    expect(await history.read('one', { before: 2, limit: 1 })).toMatchObject({ seq: 3, messages: [now] });
  });

  test('rejects a key that was used for another request and changes nothing', async () => {
    const history = await open();
    await history.append('one', said('first'));
    await history.append('one', said('second'));
    const sent = said('third');
    await history.append('one', sent);
    const edit = { ...said('first, edited'), edits: 1 };
    await history.append('one', edit);
    const before = await all(history);
    const { user, key } = sent;
    for (const entry of [
      { ...sent, edits: 1 },
      { user, key, deletes: 1 },
      { user: edit.user, key: edit.key, text: 'no edit' },
      { ...edit, edits: 2 },
      { user: edit.user, key: edit.key, deletes: 1 },
    ]) {
      await expect(history.append('one', entry)).rejects.toMatchObject({ name: 'RequestError', code: 'bad_message' });
    }
    expect(await all(history)).toEqual(before);
    // Repeating the request returns the first result, whatever the text.
    expect(await history.append('one', { ...sent, text: 'other' })).toMatchObject({
      duplicate: true,
      message: { seq: 3 },
    });
    expect(await history.append('one', { ...edit, text: 'other' })).toMatchObject({
      duplicate: true,
      message: { seq: 4 },
    });
    expect(await all(history)).toEqual(before);
  });

  test('the last of several edits determines the text', async () => {
    const history = await open();
    await history.append('one', said('a'));
    await history.append('one', { ...said('b'), edits: 1 });
    const { message } = await history.append('one', { ...said('c'), edits: 1 });
    expect((await all(history)).map(({ text }) => text)).toEqual(['c', 'b', 'c']);
    expect((await all(history))[0]?.edited).toBe(message.at);
  });

  test('a deletion takes the next sequence number and clears the text of the message and of all its edits', async () => {
    const history = await open();
    await history.append('one', said('secret'));
    await history.append('one', said('stays'));
    await history.append('one', { ...said('secret too'), edits: 1 });
    await history.append('one', { ...said('stays, mended'), edits: 2 });
    const { message } = await history.append('one', { ...by('maggie'), deletes: 1 });
    expect(message).toMatchObject({ seq: 5, from: 'maggie', text: '', deletes: 1 });
    expect(message).not.toHaveProperty('deleted');
    const [now, ...others] = await all(history);
    expect(now).toMatchObject({ seq: 1, from: 'maggie', text: '', deleted: message.at });
    expect(others.map(({ text }) => text)).toEqual(['stays, mended', '', 'stays, mended', '']);
    expect(JSON.stringify(await all(history))).not.toContain('secret');
  });

  test('an operator deletes the message of another user, once, and can still not edit it', async () => {
    const history = await open();
    await history.append('one', said('secret'));
    const deletion = { ...by('admin'), deletes: 1, byOperator: true } as const;
    const { message } = await history.append('one', deletion);
    expect(message).toMatchObject({ seq: 2, from: 'admin', text: '', deletes: 1 });
    expect((await all(history))[0]).toMatchObject({ from: 'maggie', text: '', deleted: message.at });
    expect(await history.append('one', deletion)).toMatchObject({ duplicate: true, message: { seq: 2 } });
    for (const deletes of [1, 2, 3]) {
      await expect(history.append('one', { ...deletion, ...by('admin'), deletes })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    await history.append('one', said('another'));
    await expect(history.append('one', { ...by('admin'), deletes: 3 })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a page that was read does not change later', async () => {
    const history = await open();
    await history.append('one', said('first'));
    const before = await all(history);
    await history.append('one', { ...said('changed'), edits: 1 });
    await history.append('one', { ...by('maggie'), deletes: 1 });
    expect(before.map(({ text }) => text)).toEqual(['first']);
  });

  test.each(['edits', 'deletes'] as const)('rejects %s of a message that cannot be changed', async (change) => {
    const history = await open();
    await history.append('one', said('deleted'));
    await history.append('one', { ...by('maggie'), deletes: 1 });
    await history.append('one', said('good'));
    await history.append('one', { ...said('better'), edits: 3 });
    await history.append('one', said('of bart', 'bart'));
    // Deleted, a deletion, an edit, not sent yet, never sent.
    for (const target of [1, 2, 4, 6, 7, Number.MAX_SAFE_INTEGER]) {
      await expect(history.append('one', changing(change, target))).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(history.append('one', changing(change, 5))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(history.append('two', changing(change, 3))).rejects.toMatchObject({ code: 'not_found' });
    await expect(history.append('elsewhere', changing(change, 3))).rejects.toBeInstanceOf(UnknownRoom);
    // Nothing was changed, and no sequence number was used.
    expect((await history.read('one', { limit: 1 })).seq).toBe(5);
    expect((await all(history)).map(({ text }) => text)).toEqual(['', '', 'better', 'better', 'of bart']);
    expect((await history.append('one', changing(change, 3))).message.seq).toBe(6);
  });

  test('returns not_found for a deleted message of another user', async () => {
    const history = await open();
    await history.append('one', said('gone', 'bart'));
    await history.append('one', { ...by('bart'), deletes: 1 });
    const change = history.append('one', { ...said('mine'), edits: 1 });
    await expect(change).rejects.toMatchObject({ code: 'not_found' });
  });

  test('returns the first result for a repeated key, even after the message was deleted', async () => {
    const history = await open();
    const send = said('first');
    const edit = { ...said('second'), edits: 1 };
    const remove = { ...by('maggie'), deletes: 1 };
    const firsts: [number, number][] = [];
    for (const entry of [send, edit, remove]) {
      const { message } = await history.append('one', entry);
      firsts.push([message.seq, message.at]);
    }
    const again = [];
    for (const entry of [send, edit, remove]) again.push(await history.append('one', entry));
    expect(again.map(({ message }) => [message.seq, message.at])).toEqual(firsts);
    expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true, true]);
    expect(again.map(({ message }) => message.text)).toEqual(['', '', '']);
    expect(await all(history)).toHaveLength(3);
  });

  test('accepts a message and its changes in concurrent calls', async () => {
    const history = await open();
    const outcomes = await Promise.allSettled([
      history.append('one', said('first')),
      history.append('one', { ...said('second'), edits: 1 }),
      history.append('one', { ...by('maggie'), deletes: 1 }),
      history.append('one', { ...said('too late'), edits: 1 }),
      history.append('one', said('next')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect((await all(history)).map(({ text }) => text)).toEqual(['', '', '', 'next']);
  });
}

function by(user: string): { user: string; key: string } {
  return { user, key: crypto.randomUUID() };
}

function said(text: string, user = 'maggie'): { user: string; key: string; text: string } {
  return { ...by(user), text };
}

function changing(change: 'edits' | 'deletes', target: number): Entry {
  return change === 'edits' ? { ...said('changed'), edits: target } : { ...by('maggie'), deletes: target };
}

async function all(history: History): Promise<readonly Message[]> {
  return (await history.read('one', { after: 0, limit: 1_000, bytes: 1_000_000 })).messages;
}
