import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/server';
import { roomWord } from './message-rows.ts';

/**
 * The tables that a message is found by: the full-text index (FTS5) and the mentions. Call the methods within the transaction that stores
 * the message.
 */
export class MessageIndexes {
  readonly #addText: StatementSync;
  readonly #removeText: StatementSync;
  readonly #addMention: StatementSync;
  readonly #removeMention: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.#addText = sqlite.prepare('INSERT INTO message_texts (rowid, room, text) VALUES (?, ?, ?)');
    this.#removeText = sqlite.prepare(
      `INSERT INTO message_texts (message_texts, rowid, room, text) VALUES ('delete', ?, ?, ?)`,
    );
    // Only existing users.
    this.#addMention = sqlite.prepare(
      'INSERT INTO mentions (room, seq, user_name) SELECT ?, ?, name FROM users WHERE name = ? AND name <> ?',
    );
    this.#removeMention = sqlite.prepare('DELETE FROM mentions WHERE room = ? AND seq = ? AND user_name = ?');
  }

  /** @param number `messages.number` of the message */
  add(number: number, { room, seq, from, text }: Message): void {
    this.#addText.run(number, roomWord(room), text);
    for (const name of namesIn(text)) this.#addMention.run(room, seq, name, from);
  }

  /** @param message with its text at the time of `add`. Any other text corrupts the full-text index. */
  remove(number: number, { room, seq, text }: Message): void {
    this.#removeText.run(number, roomWord(room), text);
    for (const name of namesIn(text)) this.#removeMention.run(room, seq, name);
  }
}

function namesIn(text: string): readonly string[] {
  return text.includes('@') ? mentionsIn(text) : [];
}
