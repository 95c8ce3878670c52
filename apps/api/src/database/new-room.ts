import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

export interface NewRoom {
  readonly room: string;
  readonly title: string;
  readonly private: boolean;
  readonly createdBy: string;
  /** All users are members, including future ones, until they leave. */
  readonly everyone?: boolean;
}

/**
 * Adds a room with its first members: its creator, or every user. Resolves to `false` if the name is in use, or if the room is
 * public and another public room has the same title key (see `titleKey`). Call within a transaction.
 */
export async function addRoom(db: Kysely<Tables>, room: NewRoom, now: number): Promise<boolean> {
  const made = await db
    .insertInto('rooms')
    .values({
      name: room.room,
      title: room.title,
      private: room.private ? 1 : 0,
      epoch: randomUUID(),
      seq: 0,
      created_by: room.createdBy,
      created_at: now,
      everyone: room.everyone === true ? 1 : 0,
      last_at: now,
      title_key: room.private ? null : titleKey(room.title),
      archived_at: null,
      closed_at: null,
    })
    // The name and the title key are unique.
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows !== 1n) return false;
  await db
    .insertInto('memberships')
    .values({ room: room.room, user_name: room.createdBy, read_seq: 0, joined_at: now })
    .execute();
  if (room.everyone === true) {
    await db
      .insertInto('memberships')
      .columns(['room', 'user_name', 'read_seq', 'joined_at'])
      .expression((from) =>
        from
          .selectFrom('users')
          .select((is) => [is.val(room.room).as('room'), 'name', is.val(0).as('read_seq'), is.val(now).as('joined_at')])
          .where('name', '<>', room.createdBy),
      )
      .execute();
  }
  return true;
}

/** Adds a new user to the rooms that all users belong to. Call within the transaction that creates the user. */
export async function enterRoomsOfEveryone(db: Kysely<Tables>, user: string, now: number): Promise<void> {
  await db
    .insertInto('memberships')
    .columns(['room', 'user_name', 'read_seq', 'joined_at'])
    .expression((from) =>
      from
        .selectFrom('rooms')
        .select((is) => ['name', is.val(user).as('user_name'), 'seq', is.val(now).as('joined_at')])
        .where('everyone', '=', 1)
        .where('closed_at', 'is', null),
    )
    .execute();
}

/** Maximum length of a normalized title, in code points. */
const maxLength = 80;
/** Control characters change how terminals and logs show a title. Bidirectional formatting changes its reading order (UTS 55 §4). */
const forbidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
/** Characters without a visible shape: default-ignorable characters, marks, spaces, and the blank Braille pattern. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{M}\p{Z}\p{C}\u2800]/gu;

/**
 * Normalizes a title for storage: NFC, trimmed, and with single spaces.
 *
 * @throws RangeError with the reason. The message does not contain the title.
 */
export function normalizeTitle(title: string): string {
  const normal = title
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ');
  if (forbidden.test(normal)) throw new RangeError('must not contain control or bidirectional formatting characters');
  if (normal.replace(invisible, '') === '') throw new RangeError('must have a visible character');
  if (Array.from(normal).length > maxLength) throw new RangeError(`must have at most ${maxLength} characters`);
  return normal;
}

/**
 * Returns the key that makes titles unique among public rooms. Titles that look the same have the same key: it ignores case, invisible
 * characters, compatibility forms such as full-width letters, and Cyrillic and Greek lookalikes within Latin words.
 *
 * Keys are stored. A change of this function requires a migration.
 */
export function titleKey(title: string): string {
  return title
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{C}\u2800]/gu, '')
    .replace(/[\p{L}\p{M}]+/gu, (word) => (mixesScripts(word) ? withLatinLookalikes(word) : word))
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Z}+/gu, ' ')
    .trim();
}

function mixesScripts(word: string): boolean {
  return /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}|\p{Script=Greek}/u.test(word);
}

/** Cyrillic and Greek letters, each followed by the Latin letter that it looks like (from the confusables of UTS 39). */
const lookalikes = new Map(
  (
    'аa еe оo рp сc уy хx іi јj ѕs һh ӏl ԁd ԛq ԝw АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ' +
    'αa νv οo ρp υu ιi ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX'
  )
    .split(' ')
    .map(([letter = '', latin = '']) => [letter, latin]),
);

function withLatinLookalikes(word: string): string {
  return Array.from(word, (letter) => lookalikes.get(letter) ?? letter).join('');
}
