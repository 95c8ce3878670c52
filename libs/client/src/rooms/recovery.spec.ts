import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

type Setup = Awaited<ReturnType<typeof joinedRooms>>;

async function reconnect({ socket, server }: Setup, meanwhile: () => void = () => undefined): Promise<void> {
  server.last.end(1006);
  meanwhile();
  await settle(1_000);
  expect(socket.state.name).toBe('open');
}

function fill({ serverRoom }: Setup, count: number): void {
  for (let n = 0; n < count; n++) serverRoom.append('bart', 'x');
}

const seqs = ({ general }: Setup): (number | undefined)[] => general.messages.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('after a reconnect', () => {
  test('a room recovers from its last sequence number and epoch', async () => {
    const setup = await joinedRooms();
    const { server, general } = setup;
    server.send('general', 'bart', 'one');
    await reconnect(setup, () => {
      fill(setup, 3);
    });
    expect(server.last.received[0]).toMatchObject({ type: 'join', room: 'general', epoch: 'epoch 1', after: 1 });
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'recovered' });
    expect(seqs(setup)).toEqual([1, 2, 3, 4]);
  });

  test('an empty room recovers too', async () => {
    const setup = await joinedRooms();
    await reconnect(setup, () => {
      fill(setup, 2);
    });
    expect(setup.server.last.received[0]).toMatchObject({ epoch: 'epoch 1', after: 0 });
    expect(seqs(setup)).toEqual([1, 2]);
  });

  test('a room is waiting and then joining, and keeps its messages', async () => {
    const setup = await joinedRooms();
    setup.server.send('general', 'bart', 'one');
    await reconnect(setup);
    expect(setup.general.states.map(({ name }) => name)).toEqual([
      'waiting',
      'joining',
      'joined',
      'waiting',
      'waiting',
      'waiting',
      'joining',
      'joined',
    ]);
    expect(setup.general.lists.slice(-6).every((list) => list.length === 1)).toBe(true);
  });

  test('a room reads long recoveries in pages, and keeps live messages in order', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    serverRoom.page = 10;
    let calls = 0;
    const defaultHandler = server.handle('history', (frame, socket) => {
      calls++;
      const reply = defaultHandler(frame, socket);
      if (calls < 4) server.send('general', 'bart', `live ${calls}`);
      return reply;
    });
    await reconnect(setup, () => {
      fill(setup, 45);
    });
    await settle();
    expect(seqs(setup)).toEqual(range(1, 48));
    expect(general.messages.slice(45).map(({ text }) => text)).toEqual(['live 1', 'live 2', 'live 3']);
    expect(faultsOf(general)).toEqual([]);
    expect(calls).toBe(4);
  });

  test('a gap restarts the list with the last fifty messages', async () => {
    const setup = await joinedRooms();
    setup.server.send('general', 'bart', 'one');
    await reconnect(setup, () => {
      fill(setup, 1_100);
    });
    expect(setup.general.state).toMatchObject({ name: 'joined', recovery: 'gap' });
    expect(seqs(setup)).toEqual(range(1_052, 1_101));
    setup.server.send('general', 'bart', 'live');
    expect(seqs(setup).at(-1)).toBe(1_102);
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('a new epoch restarts the list with its own sequence', async () => {
    const setup = await joinedRooms();
    for (const text of ['a', 'b', 'c']) setup.server.send('general', 'bart', text);
    await reconnect(setup, () => {
      setup.serverRoom.restart();
      setup.serverRoom.append('lisa', 'new world');
    });
    expect(setup.general.texts).toEqual(['1 new world']);
    await reconnect(setup, () => {
      setup.serverRoom.append('lisa', 'goes on');
    });
    expect(setup.server.last.received[0]).toMatchObject({ epoch: "epoch 1'", after: 1 });
    expect(setup.general.texts).toEqual(['1 new world', '2 goes on']);
  });

  test('a room that the user lost access to is denied', async () => {
    const setup = await joinedRooms();
    setup.serverRoom.denied = 'not_found';
    await reconnect(setup);
    expect(setup.general.state).toEqual({ name: 'denied', code: 'not_found' });
  });
});

describe('a live message', () => {
  test('is shown once if it arrives twice', async () => {
    const setup = await joinedRooms();
    const { message } = setup.serverRoom.append('bart', 'once');
    setup.server.last.emit({ type: 'message', ...message });
    setup.server.last.emit({ type: 'message', ...message });
    expect(setup.general.texts).toEqual(['1 once']);
  });

  test('after a gap waits until the gap is filled from the history', async () => {
    const setup = await joinedRooms();
    fill(setup, 3);
    setup.server.send('general', 'bart', 'four');
    expect(seqs(setup)).toEqual([]);
    await settle();
    expect(seqs(setup)).toEqual([1, 2, 3, 4]);
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('after a gap in the server’s sequence restarts the list', async () => {
    const setup = await joinedRooms();
    setup.server.send('general', 'bart', 'one');
    setup.serverRoom.append('bart', 'two');
    setup.serverRoom.append('bart', 'three');
    setup.serverRoom.messages = setup.serverRoom.messages.filter(({ seq }) => seq !== 2);
    setup.server.send('general', 'bart', 'four');
    await settle(2_000);
    expect(setup.general.texts).toEqual(['3 three', '4 four']);
    expect(setup.general.state.name).toBe('joined');
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('after a gap that the server cannot fill restarts the list', async () => {
    const setup = await joinedRooms();
    setup.server.send('general', 'bart', 'one');
    fill(setup, 200);
    setup.serverRoom.messages = setup.serverRoom.messages.filter(({ seq }) => seq > 120);
    setup.server.send('general', 'bart', 'last');
    await settle(2_000);
    expect(seqs(setup)).toEqual(range(153, 202));
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('is ignored if it is invalid', async () => {
    const setup = await joinedRooms();
    for (const message of [
      {},
      { room: 'general' },
      { room: 'general', seq: 'one' },
      { room: 'general', seq: -1 },
      { room: 'general', seq: null },
      { room: 'nowhere', seq: 1 },
      { room: '__proto__', seq: 1 },
    ]) {
      setup.server.last.emit({ type: 'message', ...message });
    }
    setup.server.send('general', 'bart', 'one');
    await settle();
    expect(setup.general.texts).toEqual(['1 one']);
    expect(setup.general.state.name).toBe('joined');
  });

  test('after a gap is buffered up to a limit, and none is lost', async () => {
    const setup = await joinedRooms();
    const { server, serverRoom } = setup;
    serverRoom.append('bart', 'missed');
    for (let n = 0; n < 1_500; n++) server.send('general', 'bart', 'x');
    await settle();
    expect(seqs(setup)).toEqual(range(1, 1_501));
    expect(faultsOf(setup.general)).toEqual([]);
  });
});

describe('catching up', () => {
  test('rejoins after a failure', async () => {
    const setup = await joinedRooms();
    let calls = 0;
    const defaultHandler = setup.server.handle('history', (frame, socket) => {
      if (calls++ === 0) throw new FakeError('internal');
      return defaultHandler(frame, socket);
    });
    fill(setup, 3);
    setup.server.send('general', 'bart', 'four');
    await settle(3_000);
    expect(seqs(setup)).toEqual([1, 2, 3, 4]);
    expect(setup.general.state.name).toBe('joined');
  });

  test('is denied if it is forbidden', async () => {
    const setup = await joinedRooms();
    setup.server.handle('history', () => {
      throw new FakeError('forbidden');
    });
    fill(setup, 3);
    setup.server.send('general', 'bart', 'four');
    await settle();
    expect(setup.general.state).toEqual({ name: 'denied', code: 'forbidden' });
  });
});

describe('many messages', () => {
  test('of a recovery are shown page by page', async () => {
    const setup = await joinedRooms();
    const { lists } = setup.general;
    const before = lists.length;
    await reconnect(setup, () => {
      fill(setup, 1_000);
    });
    expect(seqs(setup)).toEqual(range(1, 1_000));
    // Five pages and the lists at state changes.
    expect(lists.length - before).toBeLessThan(15);
  });

  test('keep their object identity when one is added or changed', async () => {
    const setup = await joinedRooms({ maxMessages: 60_000 });
    const { server, general, serverRoom } = setup;
    fill(setup, 50_000);
    setup.general.room.close();
    setup.rooms.clear();
    setup.general.room.open();
    await settle();
    general.room.insertOlder(serverRoom.messages.slice(0, 49_950));
    const before = general.messages;
    expect(before).toHaveLength(50_000);
    server.send('general', 'bart', 'one more');
    server.edit('general', 'bart', 25_000, 'another');
    const others = general.messages.filter((message, index) => message !== before[index]);
    expect(others.map(({ seq }) => seq)).toEqual([25_000, 50_001]);
    expect(before[24_999]).toMatchObject({ text: 'x' });
  });
});

describe('older messages', () => {
  test('are prepended in any order, without gaps or duplicates', async () => {
    const setup = await joinedRooms();
    fill(setup, 100);
    setup.general.room.close();
    setup.rooms.clear();
    setup.general.room.open();
    await settle();
    expect(seqs(setup)).toEqual(range(51, 100));
    const page = setup.serverRoom.messages.slice(30, 60).toReversed();
    setup.general.room.insertOlder(page);
    expect(seqs(setup)).toEqual(range(31, 100));
    setup.general.room.insertOlder(page);
    expect(seqs(setup)).toEqual(range(31, 100));
    // These are not contiguous.
    setup.general.room.insertOlder(setup.serverRoom.messages.slice(0, 20));
    expect(seqs(setup)).toEqual(range(31, 100));
    setup.general.room.insertOlder(setup.serverRoom.messages.slice(0, 30));
    expect(seqs(setup)).toEqual(range(1, 100));
  });

  test('above the limit are removed when new ones arrive', async () => {
    const setup = await joinedRooms({ maxMessages: 60 });
    for (let n = 0; n < 100; n++) setup.server.send('general', 'bart', 'x');
    expect(seqs(setup)).toEqual(range(41, 100));
    setup.general.room.insertOlder(setup.serverRoom.messages.slice(0, 40));
    expect(seqs(setup)).toEqual(range(1, 100));
    setup.server.send('general', 'bart', 'x');
    expect(seqs(setup)).toEqual(range(42, 101));
  });
});
