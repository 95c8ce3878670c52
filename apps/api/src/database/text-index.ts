import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { roomWord } from './room-word.ts';

/**
 * The index of the texts of messages, in FTS5 (sqlite.org/fts5.html): words without case and accents, and with every message its
 * room as one more word, so that what is looked for in a few rooms costs nothing for all others. It keeps no texts, only where
 * words are: rows are those of `messages.number`. Only messages are in it that are not deleted and no changes of others.
 */
export const textIndexMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE VIRTUAL TABLE message_texts USING fts5(room, text, content = '', columnsize = 0, prefix = '2 3',
        tokenize = "unicode61 remove_diacritics 2")`.execute(db);
    // What is taken out is gone from the file too, not only marked as such.
    await sql`INSERT INTO message_texts (message_texts, rank) VALUES ('secure-delete', 1)`.execute(db);
    await sql`
      INSERT INTO message_texts (rowid, room, text)
      SELECT number, lower(hex(room)), text FROM messages ORDER BY number`.execute(db);
  },
};

/** Keeps the index; to be called within the transaction that stores the message. */
export interface TextIndex {
  add(number: number, room: string, text: string): void;
  /** @param text what the index has of the message: anything else would spoil it. */
  remove(number: number, room: string, text: string): void;
}

export function createTextIndex(sqlite: DatabaseSync): TextIndex {
  const add = sqlite.prepare('INSERT INTO message_texts (rowid, room, text) VALUES (?, ?, ?)');
  const remove = sqlite.prepare(
    `INSERT INTO message_texts (message_texts, rowid, room, text) VALUES ('delete', ?, ?, ?)`,
  );
  return {
    add(number, room, text) {
      add.run(number, roomWord(room), text);
    },
    remove(number, room, text) {
      remove.run(number, roomWord(room), text);
    },
  };
}
