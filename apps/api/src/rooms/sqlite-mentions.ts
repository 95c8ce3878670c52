import type { DatabaseSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/server';

/** Keeps who is called by which message; to be called within the transaction that stores it. */
export interface Mentions {
  add(message: Message): void;
  /** @param message with the text with which it was added. */
  remove(message: Message): void;
}

export function createMentions(sqlite: DatabaseSync): Mentions {
  // Only people that there are: a text may be full of names that nobody has.
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
