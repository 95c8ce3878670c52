import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

type Made = Awaited<ReturnType<typeof joinedRooms>>;

async function reconnect({ socket, server }: Made, meanwhile: () => void = () => undefined): Promise<void> {
  server.last.end(1006);
  meanwhile();
  await settle(1_000);
  expect(socket.state.name).toBe('open');
}

function fill({ theirs }: Made, count: number): void {
  for (let n = 0; n < count; n++) theirs.append('bart', 'x');
}

const seqs = ({ general }: Made): (number | undefined)[] => general.messages.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('after a reconnect', () => {
  test('a room recovers from its last sequence number and epoch', async () => {
    const made = await joinedRooms();
    const { server, general } = made;
    server.send('general', 'bart', 'one');
    await reconnect(made, () => {
      fill(made, 3);
    });
    expect(server.last.received[0]).toMatchObject({ type: 'join', room: 'general', epoch: 'epoch 1', after: 1 });
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'recovered' });
    expect(seqs(made)).toEqual([1, 2, 3, 4]);
  });

  test('an empty room recovers too', async () => {
    const made = await joinedRooms();
    await reconnect(made, () => {
      fill(made, 2);
    });
    expect(made.server.last.received[0]).toMatchObject({ epoch: 'epoch 1', after: 0 });
    expect(seqs(made)).toEqual([1, 2]);
  });

  test('a room is waiting and then joining, and keeps its messages', async () => {
    const made = await joinedRooms();
    made.server.send('general', 'bart', 'one');
    await reconnect(made);
    expect(made.general.states.map(({ name }) => name)).toEqual([
      'waiting',
      'joining',
      'joined',
      'waiting',
      'waiting',
      'waiting',
      'joining',
      'joined',
    ]);
    expect(made.general.shows.slice(-6).every((show) => show.length === 1)).toBe(true);
  });

  test('a room reads long recoveries in pages, and keeps live messages in order', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    theirs.page = 10;
    let asked = 0;
    const usual = server.handle('history', (frame, socket) => {
      asked++;
      const answer = usual(frame, socket);
      if (asked < 4) server.send('general', 'bart', `live ${asked}`);
      return answer;
    });
    await reconnect(made, () => {
      fill(made, 45);
    });
    await settle();
    expect(seqs(made)).toEqual(range(1, 48));
    expect(general.messages.slice(45).map(({ text }) => text)).toEqual(['live 1', 'live 2', 'live 3']);
    expect(faultsOf(general)).toEqual([]);
    expect(asked).toBe(4);
  });

  test('a gap restarts the list with the last fifty messages', async () => {
    const made = await joinedRooms();
    made.server.send('general', 'bart', 'one');
    await reconnect(made, () => {
      fill(made, 1_100);
    });
    expect(made.general.state).toMatchObject({ name: 'joined', recovery: 'gap' });
    expect(seqs(made)).toEqual(range(1_052, 1_101));
    made.server.send('general', 'bart', 'live');
    expect(seqs(made).at(-1)).toBe(1_102);
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('a new epoch restarts the list with its own sequence', async () => {
    const made = await joinedRooms();
    for (const text of ['a', 'b', 'c']) made.server.send('general', 'bart', text);
    await reconnect(made, () => {
      made.theirs.restart();
      made.theirs.append('lisa', 'new world');
    });
    expect(made.general.words).toEqual(['1 new world']);
    await reconnect(made, () => {
      made.theirs.append('lisa', 'goes on');
    });
    expect(made.server.last.received[0]).toMatchObject({ epoch: "epoch 1'", after: 1 });
    expect(made.general.words).toEqual(['1 new world', '2 goes on']);
  });

  test('a room that the user lost access to is denied', async () => {
    const made = await joinedRooms();
    made.theirs.denied = 'not_found';
    await reconnect(made);
    expect(made.general.state).toEqual({ name: 'denied', code: 'not_found' });
  });
});

describe('a live message', () => {
  test('is shown once if it arrives twice', async () => {
    const made = await joinedRooms();
    const { message } = made.theirs.append('bart', 'once');
    made.server.last.emit({ type: 'message', ...message });
    made.server.last.emit({ type: 'message', ...message });
    expect(made.general.words).toEqual(['1 once']);
  });

  test('after a gap waits until the gap is filled from the history', async () => {
    const made = await joinedRooms();
    fill(made, 3);
    made.server.send('general', 'bart', 'four');
    expect(seqs(made)).toEqual([]);
    await settle();
    expect(seqs(made)).toEqual([1, 2, 3, 4]);
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('after a gap in the server’s sequence restarts the list', async () => {
    const made = await joinedRooms();
    made.server.send('general', 'bart', 'one');
    made.theirs.append('bart', 'two');
    made.theirs.append('bart', 'three');
    made.theirs.messages = made.theirs.messages.filter(({ seq }) => seq !== 2);
    made.server.send('general', 'bart', 'four');
    await settle(2_000);
    expect(made.general.words).toEqual(['3 three', '4 four']);
    expect(made.general.state.name).toBe('joined');
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('after a gap that the server cannot fill restarts the list', async () => {
    const made = await joinedRooms();
    made.server.send('general', 'bart', 'one');
    fill(made, 200);
    made.theirs.messages = made.theirs.messages.filter(({ seq }) => seq > 120);
    made.server.send('general', 'bart', 'last');
    await settle(2_000);
    expect(seqs(made)).toEqual(range(153, 202));
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('is ignored if it is invalid', async () => {
    const made = await joinedRooms();
    for (const message of [
      {},
      { room: 'general' },
      { room: 'general', seq: 'one' },
      { room: 'general', seq: -1 },
      { room: 'general', seq: null },
      { room: 'nowhere', seq: 1 },
      { room: '__proto__', seq: 1 },
    ]) {
      made.server.last.emit({ type: 'message', ...message });
    }
    made.server.send('general', 'bart', 'one');
    await settle();
    expect(made.general.words).toEqual(['1 one']);
    expect(made.general.state.name).toBe('joined');
  });

  test('after a gap is buffered up to a limit, and none is lost', async () => {
    const made = await joinedRooms();
    const { server, theirs } = made;
    theirs.append('bart', 'missed');
    for (let n = 0; n < 1_500; n++) server.send('general', 'bart', 'x');
    await settle();
    expect(seqs(made)).toEqual(range(1, 1_501));
    expect(faultsOf(made.general)).toEqual([]);
  });
});

describe('catching up', () => {
  test('rejoins after a failure', async () => {
    const made = await joinedRooms();
    let asked = 0;
    const usual = made.server.handle('history', (frame, socket) => {
      if (asked++ === 0) throw new FakeError('internal');
      return usual(frame, socket);
    });
    fill(made, 3);
    made.server.send('general', 'bart', 'four');
    await settle(3_000);
    expect(seqs(made)).toEqual([1, 2, 3, 4]);
    expect(made.general.state.name).toBe('joined');
  });

  test('is denied if it is forbidden', async () => {
    const made = await joinedRooms();
    made.server.handle('history', () => {
      throw new FakeError('forbidden');
    });
    fill(made, 3);
    made.server.send('general', 'bart', 'four');
    await settle();
    expect(made.general.state).toEqual({ name: 'denied', code: 'forbidden' });
  });
});

describe('many messages', () => {
  test('of a recovery are shown page by page', async () => {
    const made = await joinedRooms();
    const { shows } = made.general;
    const before = shows.length;
    await reconnect(made, () => {
      fill(made, 1_000);
    });
    expect(seqs(made)).toEqual(range(1, 1_000));
    // Five pages and the lists at state changes.
    expect(shows.length - before).toBeLessThan(15);
  });

  test('keep their object identity when one is added or changed', async () => {
    const made = await joinedRooms({ maxMessages: 60_000 });
    const { server, general, theirs } = made;
    fill(made, 50_000);
    made.general.room.close();
    made.rooms.clear();
    made.general.room.open();
    await settle();
    general.room.insertOlder(theirs.messages.slice(0, 49_950));
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
    const made = await joinedRooms();
    fill(made, 100);
    made.general.room.close();
    made.rooms.clear();
    made.general.room.open();
    await settle();
    expect(seqs(made)).toEqual(range(51, 100));
    const page = made.theirs.messages.slice(30, 60).toReversed();
    made.general.room.insertOlder(page);
    expect(seqs(made)).toEqual(range(31, 100));
    made.general.room.insertOlder(page);
    expect(seqs(made)).toEqual(range(31, 100));
    // These are not contiguous.
    made.general.room.insertOlder(made.theirs.messages.slice(0, 20));
    expect(seqs(made)).toEqual(range(31, 100));
    made.general.room.insertOlder(made.theirs.messages.slice(0, 30));
    expect(seqs(made)).toEqual(range(1, 100));
  });

  test('above the limit are removed when new ones arrive', async () => {
    const made = await joinedRooms({ maxMessages: 60 });
    for (let n = 0; n < 100; n++) made.server.send('general', 'bart', 'x');
    expect(seqs(made)).toEqual(range(41, 100));
    made.general.room.insertOlder(made.theirs.messages.slice(0, 40));
    expect(seqs(made)).toEqual(range(1, 100));
    made.server.send('general', 'bart', 'x');
    expect(seqs(made)).toEqual(range(42, 101));
  });
});
