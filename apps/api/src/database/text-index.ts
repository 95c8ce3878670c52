import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { roomWord } from './room-word.ts';

/**
 * The full-text index of messages in FTS5 (sqlite.org/fts5.html), without case and accents. Each row also indexes the room as a word,
 * so that the cost of a search depends on the searched rooms only. The index stores no texts: its row ids are `messages.number`. Deleted
 * messages, edits and deletions are not indexed.
 */
export const textIndexMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE VIRTUAL TABLE message_texts USING fts5(room, text, content = '', columnsize = 0, prefix = '2 3',
        tokenize = "unicode61 remove_diacritics 2")`.execute(db);
    // Removed entries are erased from the file, not only marked as deleted.
    await sql`INSERT INTO message_texts (message_texts, rank) VALUES ('secure-delete', 1)`.execute(db);
    await sql`
      INSERT INTO message_texts (rowid, room, text)
      SELECT number, lower(hex(room)), text FROM messages ORDER BY number`.execute(db);
  },
};

/** Updates the index. Call within the transaction that stores the message. */
export interface TextIndex {
  add(number: number, room: string, text: string): void;
  /** @param text the indexed text of the message. Any other text corrupts the index. */
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
