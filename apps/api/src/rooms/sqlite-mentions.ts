import type { DatabaseSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/server';

/** Stores which users a message mentions. Call within the transaction that stores the message. */
export interface Mentions {
  add(message: Message): void;
  /** @param message with its text at the time of `add` */
  remove(message: Message): void;
}

export function createMentions(sqlite: DatabaseSync): Mentions {
  // Only existing users.
  const add = sqlite.prepare(
    'INSERT INTO mentions (room, seq, user_name) SELECT ?, ?, name FROM users WHERE name = ? AND name <> ?',
  );
  const remove = sqlite.prepare('DELETE FROM mentions WHERE room = ? AND seq = ? AND user_name = ?');
  return {
    add({ room, seq, from, text }) {
      for (const name of namesIn(text)) add.run(room, seq, name, from);
    },
    remove({ room, seq, text }) {
      for (const name of namesIn(text)) remove.run(room, seq, name);
    },
  };
}

function namesIn(text: string): readonly string[] {
  return text.includes('@') ? mentionsIn(text) : [];
}
