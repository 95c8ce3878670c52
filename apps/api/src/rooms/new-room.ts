import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { titleKey } from './room-title.ts';

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
        .where('everyone', '=', 1),
    )
    .execute();
}
