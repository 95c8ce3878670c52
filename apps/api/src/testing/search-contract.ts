import { randomUUID } from 'node:crypto';
import type { History } from '@usher/realtime/rooms';
import { describe, expect, test } from 'vitest';
import { BadSearch, type Search, type SearchFor } from '../rooms/search.ts';

/** An implementation of `Search` with an empty history. Closed after the test. */
export interface SearchUnderTest {
  readonly search: Search;
  readonly history: History;
  /** Creates a room. */
  createRoom(room: string): Promise<void>;
}

/** The contract suite of `Search`. Call it in the spec of an implementation. `create` is called for each test. */
export function searchContract(name: string, create: () => Promise<SearchUnderTest>): void {
  async function open() {
    const subject = await create();
    const { search, history } = subject;
    for (const room of ['one', 'one-more', 'two']) await subject.createRoom(room);
    const send = async (text: string, room = 'one'): Promise<number> =>
      (await history.append(room, { user: 'maggie', key: randomUUID(), text })).message.seq;
    const find = (words: string, more: Partial<SearchFor> = {}) =>
      search.find({ user: 'maggie', words, rooms: ['one', 'one-more', 'two'], limit: 100, ...more });
    const texts = async (words: string, more: Partial<SearchFor> = {}) =>
      (await find(words, more)).messages.map(({ text }) => text);
    return { history, send, find, texts };
  }

  describe(`${name} fulfills the search contract`, () => {
    test('finds messages that contain all words, newest first, across rooms', async () => {
      const { send, texts } = await open();
      await send('the quick brown fox');
      await send('brown bread', 'two');
      await send('a fox, quick as ever');
      expect(await texts('quick fox')).toEqual(['a fox, quick as ever', 'the quick brown fox']);
      expect(await texts('brown')).toEqual(['brown bread', 'the quick brown fox']);
      expect(await texts('quick bread')).toEqual([]);
    });

    test('returns messages in their current form', async () => {
      const { send, find, history } = await open();
      await send('needle');
      await history.append('one', { user: 'maggie', key: randomUUID(), text: 'needle, mended', edits: 1 });
      const [first] = (await history.read('one', { limit: 2 })).messages;
      expect((await find('needle')).messages).toEqual([first]);
      expect(first?.edited).toBeDefined();
    });

    test('ignores case and accents', async () => {
      const { send, texts } = await open();
      await send('Crème BRÛLÉE');
      await send('ÉCOLE'.normalize('NFD'));
      await send('Привет, мир');
      for (const words of ['creme brulee', 'CRÈME', 'brûlée'.normalize('NFD')]) {
        expect(await texts(words)).toEqual(['Crème BRÛLÉE']);
      }
      expect(await texts('école')).toHaveLength(1);
      expect(await texts('привет')).toHaveLength(1);
    });

    test('matches the last word as a prefix, but not the others', async () => {
      const { send, texts } = await open();
      await send('a message of several words');
      for (const words of ['mess', 'sev', 'several wo', 'me', 'words mes']) expect(await texts(words)).toHaveLength(1);
      for (const words of ['mess words', 'essage', 'sev message']) expect(await texts(words)).toEqual([]);
    });

    test('searches only the given rooms', async () => {
      const { send, texts } = await open();
      await send('here', 'one');
      await send('here too', 'one-more');
      await send('and here', 'two');
      expect(await texts('here', { rooms: ['one'] })).toEqual(['here']);
      expect(await texts('here', { rooms: ['one-more', 'two'] })).toEqual(['and here', 'here too']);
      expect(await texts('here', { rooms: ['more', 'elsewhere'] })).toEqual([]);
      expect(await texts('here', { rooms: [] })).toEqual([]);
      // The name of a room does not match its messages.
      for (const words of ['one', 'two', '6f6e65', 'room']) expect(await texts(words)).toEqual([]);
    });

    test('finds a message by its current text only, and no deleted messages', async () => {
      const { send, texts, history } = await open();
      const key = () => ({ user: 'maggie', key: randomUUID() });
      await send('first');
      await send('second');
      await history.append('one', { ...key(), text: 'third', edits: 1 });
      expect(await texts('first')).toEqual([]);
      expect(await texts('third')).toEqual(['third']);
      await history.append('one', { ...key(), deletes: 1 });
      await history.append('one', { ...key(), deletes: 2 });
      for (const words of ['first', 'second', 'third']) expect(await texts(words)).toEqual([]);
    });

    test('continues a page where the previous one ended, even if messages are sent meanwhile', async () => {
      const { send, find } = await open();
      for (let index = 1; index <= 7; index++) await send(`needle ${index}`, index % 2 === 0 ? 'one' : 'two');
      const found: string[] = [];
      let before: string | undefined;
      for (let pages = 0; pages < 10; pages++) {
        const page = await find('needle', { limit: 2, ...(before === undefined ? {} : { before }) });
        found.push(...page.messages.map(({ text }) => text));
        await send('needle in between');
        before = page.next;
        if (before === undefined) break;
      }
      expect(found).toEqual([7, 6, 5, 4, 3, 2, 1].map((index) => `needle ${index}`));
    });

    test('returns no next for the last page, even if it is full', async () => {
      const { send, find } = await open();
      for (let index = 1; index <= 3; index++) await send('needle');
      expect(await find('needle', { limit: 3 })).not.toHaveProperty('next');
      expect(await find('needle', { limit: 2 })).toHaveProperty('next');
    });

    test.each(['', 'x', '1', '1.', '.one', '99.one', '0.one', '1.elsewhere', '-1.one', '1e1.one', '9'.repeat(40)])(
      'rejects a cursor that is not the next of a page: %o',
      async (before) => {
        const { send, find } = await open();
        await send('needle');
        await expect(find('needle', { before })).rejects.toEqual(new BadSearch('bad_cursor'));
      },
    );

    test('rejects a cursor of a room that is not searched', async () => {
      const { send, find } = await open();
      for (const room of ['one', 'two', 'two']) await send('needle', room);
      const { next = '' } = await find('needle', { limit: 1, rooms: ['two'] });
      await expect(find('needle', { before: next, rooms: ['one'] })).rejects.toEqual(new BadSearch('bad_cursor'));
      expect((await find('needle', { before: next, rooms: ['two'] })).messages).toHaveLength(1);
    });

    test.each([
      ...[
        '"',
        '""',
        '"needle',
        'needle"',
        "'",
        '*',
        'needle*',
        '**',
        '(',
        ')',
        '(needle)',
        '-needle',
        '+needle',
        '^needle',
      ],
      ...[
        'needle AND',
        'needle OR hay',
        'NOT needle',
        'NEAR(needle hay)',
        'text:needle',
        '{text}:needle',
        'room : 6f6e65',
      ],
      ...[
        'needle -',
        '- needle',
        '!!!',
        '🙂',
        '   ',
        'needle\0hay',
        '\ud83d',
        '; DROP TABLE messages',
        '%',
        '\\',
        'a"b"c*',
      ],
      ...['x '.repeat(100), 'needle '.repeat(28)],
    ])('nothing in the words is syntax: %o', async (words) => {
      const { send, find, texts } = await open();
      await send('needle');
      expect((await find(words)).messages.length).toBeLessThanOrEqual(1);
      expect(await texts('needle')).toEqual(['needle']);
    });

    test('ignores punctuation around and between words', async () => {
      const { send, texts } = await open();
      await send('write an e-mail to (my) friend, don’t call!');
      for (const words of ['e-mail', '"my"', 'friend!', 'call !', 'don’t', '-- my', 'AND to', 'friend, e-ma']) {
        expect(await texts(words), words).toHaveLength(words === 'AND to' ? 0 : 1);
      }
      await send('this and that');
      expect(await texts('AND this')).toEqual(['this and that']);
    });
  });
}
