import type { PayloadRoomsProtocol } from '@usher/protocol';
import { expect, test } from 'vitest';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { openSocket, settle } from '../testing/new-socket.ts';
import { createRooms } from './rooms.ts';

interface Move {
  readonly x: number;
  readonly note?: string;
}

/** A connected client whose server has rooms with moves as payload. */
async function newBoard() {
  const setup = await openSocket();
  const { server } = setup;
  const sent: { key: string; payload: Move }[] = [];
  let seq = 0;
  let lost = false;
  const defaultHandler = server.handle('join', (frame, socket) => {
    const reply = defaultHandler(frame, socket);
    return { ...reply, seq, messages: sent.map(({ payload }, index) => messageOf(index + 1, 'maggie', payload)) };
  });
  server.handle('send', (frame) => {
    const key = String(frame['key']);
    const known = sent.findIndex((each) => each.key === key);
    if (known >= 0) return { seq: known + 1, at: 1 };
    sent.push({ key, payload: frame['payload'] as Move });
    expect(frame).not.toHaveProperty('text');
    seq++;
    // The first reply is lost together with the connection.
    if (lost) {
      lost = false;
      server.last.end(1006);
      return undefined;
    }
    server.broadcast('game', { type: 'message', ...messageOf(seq, 'maggie', frame['payload'] as Move) });
    return { seq, at: 1 };
  });
  const socket = setup.socket as unknown as TicketSocket<PayloadRoomsProtocol<Move>>;
  const room = createRooms(socket).room('game');
  const lists: (readonly { seq?: number; payload: Move; status: string }[])[] = [];
  room.messages$.subscribe((messages) => lists.push(messages));
  room.open();
  await settle();
  return {
    ...{ server, room, lists, sent },
    loseNextReply: () => {
      lost = true;
    },
  };
}

function messageOf(seq: number, from: string, payload: Move) {
  return { room: 'game', seq, id: String(seq), from, payload, at: 1 };
}

test('a payload is shown at once, sent, and confirmed', async () => {
  const { room, lists } = await newBoard();
  room.send({ x: 1 });
  expect(lists.at(-1)).toMatchObject([{ payload: { x: 1 }, status: 'sending' }]);
  await settle();
  expect(lists.at(-1)).toMatchObject([{ seq: 1, payload: { x: 1 }, status: 'sent' }]);
  expect(lists.at(-1)?.[0]).not.toHaveProperty('text');
});

test('payloads of others appear in order, without gaps', async () => {
  const { server, lists } = await newBoard();
  for (const [seq, x] of [
    [2, 20],
    [1, 10],
  ] as const) {
    server.broadcast('game', { type: 'message', ...messageOf(seq, 'bart', { x }) });
  }
  expect(lists.at(-1)).toMatchObject([
    { seq: 1, payload: { x: 10 } },
    { seq: 2, payload: { x: 20 } },
  ]);
});

test('a payload whose reply was lost is stored and shown once', async () => {
  const { room, lists, sent, loseNextReply } = await newBoard();
  loseNextReply();
  room.send({ x: 1, note: 'first' });
  await settle(60_000);
  expect(sent).toHaveLength(1);
  expect(lists.at(-1)).toMatchObject([{ seq: 1, payload: { x: 1, note: 'first' }, status: 'sent' }]);
  const shown = lists.map((list) => list.length);
  expect(Math.max(...shown)).toBe(1);
});

test('unsent payloads can be stored and restored', async () => {
  const { server, room } = await newBoard();
  server.last.end(1012);
  const key = room.send({ x: 1 });
  const unsent: unknown[] = [];
  room.unsent$.subscribe((entries) => unsent.push(entries));
  expect(unsent.at(-1)).toEqual([{ key, payload: { x: 1 } }]);
  await settle(60_000);
  expect(unsent.at(-1)).toEqual([]);
});
