import { describe, expect, test } from 'vitest';
import { check } from './checks.ts';
import type { Event, StoredMessage } from './record.ts';

/** A message `seq` of maggie, as stored and as seen. */
const stored = (seq: number): StoredMessage => ({ seq, id: `id ${seq}`, from: 'maggie', key: `key ${seq}` });
const seen = (seq: number) => ({ seq, id: `id ${seq}`, from: 'maggie' });

const ok = (seq: number, session = 's-maggie', requestedAt = 0) => ({
  phase: 'ok' as const,
  seq,
  session,
  requestedAt,
});

function sent(seq: number, outcome: Partial<Event> = ok(seq)): Event[] {
  const begin: Event = {
    ...{ type: 'write', phase: 'invoke', op: seq, kind: 'send', room: 'general', user: 'maggie' },
    ...{ session: 's-maggie', key: `key ${seq}`, text: '' },
  };
  return [begin, { type: 'write', op: seq, ...outcome } as Event];
}

const opened = (connection: number, user = 'bart', more: object = {}): Event => ({
  ...{ type: 'opened', connection, user, session: `s-${user}`, node: 0, ticket: connection, requestedAt: 0 },
  ...more,
});
const joined = (connection: number, seq = 0, more: object = {}): Event => ({
  ...{ type: 'joined', connection, room: 'general', recovery: 'fresh', seq, more: false, messages: [] },
  ...more,
});
const received = (connection: number, seq: number): Event => ({
  ...{ type: 'message', connection, room: 'general', message: seen(seq) },
});
const member = (kind: 'add' | 'remove', op: number, phase: 'invoke' | 'ok' | 'unknown'): Event => ({
  ...{ type: 'membership', op, kind, room: 'general', user: 'bart', phase },
});
const signOut = (phase: 'invoke' | 'ok' | 'durable', at: number): Event => ({
  ...{ type: 'sign-out', op: 900, session: 's-bart', phase, at },
});
const closed = (connection: number, at = 0): Event => ({ type: 'closed', connection, code: 1000, at });
const pause = (phase: 'begin' | 'end', at: number): Event => ({ type: 'fault', name: 'pause', node: 0, phase, at });

function rulesBroken(events: readonly Event[], messages: readonly StoredMessage[] = [], endedAt = 10_000): string[] {
  const rooms = new Map([['general', messages]]);
  return check({ events, rooms, closeBoundMs: 1_000, endedAt }).map(({ rule }) => rule);
}

test('finds nothing in a correct history', () => {
  const events = [
    ...[opened(1), joined(1), opened(2, 'lisa'), joined(2)],
    ...[...sent(1), received(1, 1), received(2, 1)],
    ...[member('remove', 50, 'invoke'), { type: 'removed', connection: 1, room: 'general' } as const],
    ...[member('remove', 50, 'ok'), ...sent(2), received(2, 2)],
    ...[
      member('add', 51, 'invoke'),
      member('add', 51, 'ok'),
      joined(1, 2, { after: 1, recovery: 'recovered', messages: [seen(2)] }),
    ],
    ...[
      ...sent(3, { phase: 'unknown' }),
      received(1, 3),
      received(2, 3),
      ...sent(4, { phase: 'fail', code: 'forbidden' }),
    ],
    ...[signOut('invoke', 0), closed(1, 500), signOut('ok', 600)],
  ];
  expect(rulesBroken(events, [stored(1), stored(2), stored(3)])).toEqual([]);
});

describe('storage', () => {
  const rule = 'an acknowledged message is stored exactly once';

  test('finds an acknowledged message that is missing, stored twice or stored elsewhere', () => {
    expect(rulesBroken(sent(1))).toEqual([rule]);
    expect(rulesBroken(sent(1), [stored(1), { ...stored(2), key: 'key 1' }])).toEqual([rule]);
    expect(rulesBroken(sent(1, ok(2)), [stored(1), { ...stored(2), key: 'other' }])).toEqual([rule]);
  });

  test('finds a rejected message that is stored', () => {
    expect(rulesBroken(sent(1, { phase: 'fail', code: 'forbidden' }), [stored(1)])).toEqual([rule]);
  });

  test('finds a gap in the sequence', () => {
    expect(rulesBroken([], [stored(1), stored(3)])).toEqual(['the sequence of a room is contiguous']);
  });
});

describe('delivery', () => {
  const rule = 'every member receives the sequence of the database';
  const two = [stored(1), stored(2)];

  test.each<[string, Event[]]>([
    ['a gap', [received(1, 2)]],
    ['a message twice', [received(1, 1), received(1, 1), received(1, 2)]],
    ['the wrong order', [received(1, 2), received(1, 1)]],
    ['a missing last message', [received(1, 1)]],
  ])('finds %s', (_name, deliveries) => {
    expect(new Set(rulesBroken([opened(1), joined(1), ...deliveries], two))).toEqual(new Set([rule]));
  });

  test('finds a message that the database does not have, or has in another form', () => {
    expect(rulesBroken([opened(1), joined(1), received(1, 1)], [])).toEqual([rule]);
    expect(rulesBroken([opened(1), joined(1), received(1, 1)], [{ ...stored(1), id: 'another' }])).toEqual([rule]);
    const page: Event = { type: 'page', user: 'bart', session: '', room: 'general', messages: [seen(1)] };
    expect(rulesBroken([page], [])).toEqual([rule]);
  });

  test('finds an incomplete recovery', () => {
    const recovery = (messages: readonly object[], more = false): Event[] => [
      opened(1),
      joined(1, 2, { after: 0, recovery: 'recovered', messages, more }),
    ];
    expect(rulesBroken(recovery([seen(1), seen(2)]), two)).toEqual([]);
    expect(rulesBroken(recovery([seen(1)], true), two)).toEqual([]);
    expect(rulesBroken(recovery([seen(1)]), two)).toEqual([rule]);
    expect(rulesBroken(recovery([seen(2)], true), two)).toEqual([rule]);
  });

  test('finds a message in a room that the connection has not joined, has left or was removed from', () => {
    expect(rulesBroken([opened(1), received(1, 1)], [stored(1)])).toEqual([rule]);
    for (const type of ['left', 'removed'] as const) {
      expect(
        rulesBroken([opened(1), joined(1), { type, connection: 1, room: 'general' }, received(1, 1)], [stored(1)]),
      ).toEqual([rule]);
    }
  });

  test('does not require the last messages of a closed connection', () => {
    expect(rulesBroken([opened(1), joined(1), closed(1)], two)).toEqual([]);
  });
});

describe('removal', () => {
  const rule = 'a removed member receives nothing';
  const removal = [member('remove', 50, 'invoke'), member('remove', 50, 'ok')];

  test('finds a message that was sent after the removal had completed, live, in a join or on a page', () => {
    const page: Event = { type: 'page', user: 'bart', session: '', room: 'general', messages: [seen(1)] };
    for (const read of [received(1, 1), joined(1, 1, { messages: [seen(1)] }), page]) {
      expect(rulesBroken([opened(1), joined(1), ...removal, ...sent(1), read, closed(1)], [stored(1)])).toEqual([rule]);
    }
  });

  test('permits a message that was sent before the removal completed, and one after the member was added again', () => {
    const before = [member('remove', 50, 'invoke'), ...sent(1), member('remove', 50, 'ok'), received(1, 1)];
    expect(rulesBroken([opened(1), joined(1), ...before], [stored(1)])).toEqual([]);
    const added = [...removal, ...sent(1), member('add', 51, 'invoke'), received(1, 1)];
    expect(rulesBroken([opened(1), joined(1), ...added], [stored(1)])).toEqual([]);
  });

  test('permits everything while it is unknown whether the member was added or removed', () => {
    const unknown = [member('remove', 50, 'invoke'), member('remove', 50, 'unknown'), ...sent(1), received(1, 1)];
    expect(rulesBroken([opened(1), joined(1), ...unknown], [stored(1)])).toEqual([]);
    const addition = [member('add', 49, 'invoke'), member('add', 49, 'unknown')];
    expect(
      rulesBroken([opened(1), joined(1), ...addition, ...removal, ...sent(1), received(1, 1)], [stored(1)]),
    ).toEqual([]);
  });
});

describe('the end of a session', () => {
  const rule = 'an ended session does nothing';
  const ended = [signOut('invoke', 0), signOut('ok', 0)];

  test('finds a message that was sent afterwards and is received, and a write that is acknowledged', () => {
    const events = [opened(1), joined(1), ...ended, ...sent(1), received(1, 1), closed(1)];
    expect(rulesBroken(events, [stored(1)])).toEqual([rule]);
    expect(rulesBroken([...ended, ...sent(1, ok(1, 's-bart', 3))], [stored(1)])).toEqual([rule]);
    expect(rulesBroken([...ended, ...sent(1, ok(1, 's-bart', 1))], [stored(1)])).toEqual([]);
  });

  test('accepts a write that is repeated and acknowledged in a later session', () => {
    expect(rulesBroken([...ended, ...sent(1, ok(1, 's-bart-2', 3))], [stored(1)])).toEqual([]);
  });

  test('finds a handshake that began afterwards and is accepted', () => {
    expect(rulesBroken([...ended, opened(1, 'bart', { requestedAt: 2 }), closed(1)])).toEqual([rule]);
    expect(rulesBroken([...ended, opened(1, 'bart', { requestedAt: 1 }), closed(1)])).toEqual([]);
  });

  test('finds a socket that stays open for longer than the bound, except while its node is suspended', () => {
    const late = 'a socket closes when its session has ended';
    expect(rulesBroken([opened(1), ...ended, closed(1, 900)])).toEqual([]);
    expect(rulesBroken([opened(1), ...ended, closed(1, 1_100)])).toEqual([late]);
    expect(rulesBroken([opened(1), ...ended])).toEqual([late]);
    expect(rulesBroken([opened(1), signOut('invoke', 0), signOut('durable', 0)])).toEqual([late]);
    expect(rulesBroken([opened(1), ...ended, pause('begin', 100), pause('end', 600), closed(1, 1_400)])).toEqual([]);
    expect(rulesBroken([opened(1), ...ended, pause('begin', 100), pause('end', 600), closed(1, 1_600)])).toEqual([
      late,
    ]);
  });
});

test('finds a ticket that opened two sockets', () => {
  const events = [opened(1, 'bart', { ticket: 7 }), opened(2, 'bart', { ticket: 7 })];
  expect(rulesBroken(events)).toEqual(['a ticket opens one socket']);
});
