import type { Pool } from 'pg';
import { outboxTables } from './outbox-schema.ts';

/** Any two numbers that no other program uses for its advisory locks: "usher" and the version of this table layout. */
const migrationLock = [0x75_73_68, 1] as const;

/** Where the heads of rooms are, if not in a table of this library. */
export interface RoomTablesOptions {
  /**
   * A table of the application with one row per room, and its key, for example `app.rooms (name)`: messages and memberships reference it
   * and are deleted with it. The application must provide the view `usher.room_heads` on it, which can be updated and has the columns
   * `room`, `epoch`, `seq`, `last_at` and `read_only`. A room that the view omits is unknown. Defaults to a new table `usher.room_heads`.
   */
  readonly rooms?: string;
}

const heads = `
CREATE TABLE IF NOT EXISTS usher.room_heads (
  room text PRIMARY KEY,
  epoch text NOT NULL DEFAULT gen_random_uuid()::text,
  seq bigint NOT NULL DEFAULT 0,
  last_at bigint
);
-- Nothing can be appended to a read-only room, except deletions by operators.
ALTER TABLE usher.room_heads ADD COLUMN IF NOT EXISTS read_only boolean NOT NULL DEFAULT false;
`;

/** The tables of messages and memberships. `at` and the other times are Unix milliseconds. */
const tables = (rooms: string): string => `
CREATE TABLE IF NOT EXISTS usher.messages (
  room text NOT NULL REFERENCES ${rooms} ON DELETE CASCADE,
  seq bigint NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  sender text NOT NULL,
  key text NOT NULL,
  text text NOT NULL,
  at bigint NOT NULL,
  edits bigint,
  deletes bigint,
  edited_at bigint,
  deleted_at bigint,
  words tsvector,
  PRIMARY KEY (room, seq),
  UNIQUE (room, sender, key)
);

CREATE TABLE IF NOT EXISTS usher.memberships (
  user_name text NOT NULL,
  room text NOT NULL REFERENCES ${rooms} ON DELETE CASCADE,
  read_seq bigint NOT NULL,
  joined_at bigint NOT NULL,
  PRIMARY KEY (user_name, room)
);

CREATE TABLE IF NOT EXISTS usher.mentions (
  user_name text NOT NULL,
  room text NOT NULL REFERENCES ${rooms} ON DELETE CASCADE,
  seq bigint NOT NULL,
  PRIMARY KEY (user_name, room, seq)
);
`;

/**
 * The indexes, and the function that appends a batch of messages. `usher.append` locks the heads of all rooms of the batch in sorted order,
 * so two batches cannot deadlock, and holds the locks until the commit. Therefore the order of the sequence numbers of a room is the order
 * of the commits on all nodes.
 */
const functions = `
-- For unread counts.
CREATE INDEX IF NOT EXISTS messages_that_count ON usher.messages (room, seq) INCLUDE (sender)
  WHERE edits IS NULL AND deletes IS NULL AND deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS messages_edits ON usher.messages (room, edits) WHERE edits IS NOT NULL;
CREATE INDEX IF NOT EXISTS memberships_of_room ON usher.memberships (room, user_name);
CREATE INDEX IF NOT EXISTS mentions_of_message ON usher.mentions (room, seq);

-- all_details: per entry the user names in its text, its words if the messages are searched, and whether an operator deletes a message:
-- {"mentions": [], "words": [], "byOperator": false}.
CREATE OR REPLACE FUNCTION usher.append(
  rooms text[], senders text[], keys text[], texts text[], all_edits bigint[], all_deletes bigint[], all_details jsonb[]
) RETURNS TABLE (entry int, outcome text, message usher.messages)
LANGUAGE plpgsql AS $$
DECLARE
  now_ms bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  target usher.messages;
  target_seq bigint;
  next_seq bigint;
  new_words tsvector;
  by_operator boolean;
BEGIN
  PERFORM FROM usher.room_heads WHERE room = ANY (rooms) ORDER BY room FOR UPDATE;
  FOR i IN 1 .. cardinality(rooms) LOOP
    entry := i;
    SELECT * INTO message FROM usher.messages m WHERE m.room = rooms[i] AND m.sender = senders[i] AND m.key = keys[i];
    IF FOUND THEN
      outcome := 'duplicate';
      RETURN NEXT;
      CONTINUE;
    END IF;

    by_operator := coalesce((all_details[i] ->> 'byOperator')::boolean, false);
    target_seq := coalesce(all_edits[i], all_deletes[i]);
    IF target_seq IS NOT NULL THEN
      SELECT * INTO target FROM usher.messages m WHERE m.room = rooms[i] AND m.seq = target_seq;
      IF NOT FOUND OR target.deleted_at IS NOT NULL OR target.edits IS NOT NULL OR target.deletes IS NOT NULL THEN
        outcome := CASE WHEN EXISTS (SELECT FROM usher.room_heads h WHERE h.room = rooms[i])
          THEN 'not_found' ELSE 'unknown_room' END;
        RETURN NEXT;
        CONTINUE;
      ELSIF target.sender <> senders[i] AND NOT by_operator THEN
        outcome := 'forbidden';
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;

    UPDATE usher.room_heads h SET seq = h.seq + 1, last_at = now_ms WHERE h.room = rooms[i] AND (NOT h.read_only OR by_operator)
      RETURNING h.seq INTO next_seq;
    IF NOT FOUND THEN
      outcome := CASE WHEN EXISTS (SELECT FROM usher.room_heads h WHERE h.room = rooms[i])
        THEN 'read_only' ELSE 'unknown_room' END;
      RETURN NEXT;
      CONTINUE;
    END IF;

    new_words := (
      SELECT array_to_tsvector(array_agg(DISTINCT word)) FROM jsonb_array_elements_text(all_details[i] -> 'words') word
    );
    IF target_seq IS NOT NULL THEN
      DELETE FROM usher.mentions m WHERE m.room = rooms[i] AND m.seq = target_seq;
    END IF;
    IF all_edits[i] IS NOT NULL THEN
      UPDATE usher.messages m SET text = texts[i], edited_at = now_ms, words = new_words
        WHERE m.room = rooms[i] AND m.seq = target_seq;
    ELSIF all_deletes[i] IS NOT NULL THEN
      UPDATE usher.messages m SET text = '', deleted_at = now_ms, words = NULL
        WHERE m.room = rooms[i] AND m.seq = target_seq;
      UPDATE usher.messages m SET text = '' WHERE m.room = rooms[i] AND m.edits = target_seq;
    END IF;
    INSERT INTO usher.messages (room, seq, sender, key, text, at, edits, deletes, words)
      VALUES (rooms[i], next_seq, senders[i], keys[i], texts[i], now_ms, all_edits[i], all_deletes[i],
        CASE WHEN target_seq IS NULL THEN new_words END)
      RETURNING * INTO message;
    IF jsonb_array_length(all_details[i] -> 'mentions') > 0 THEN
      INSERT INTO usher.mentions (user_name, room, seq)
        SELECT name, rooms[i], coalesce(target_seq, next_seq) FROM jsonb_array_elements_text(all_details[i] -> 'mentions') name
        WHERE name <> senders[i];
    END IF;
    outcome := 'appended';
    RETURN NEXT;
  END LOOP;
END
$$;
`;

/**
 * Returns the SQL that `createRoomTables` executes, for a migration of the application. It can be executed again. The schema `usher` must
 * exist, and only one node at a time may execute it.
 */
export function roomTables({ rooms }: RoomTablesOptions = {}): string {
  return [rooms === undefined ? heads : '', tables(rooms ?? 'usher.room_heads'), functions, outboxTables].join('');
}

/**
 * Creates the tables of `PostgresHistory`, `PostgresMemberships` and `PostgresOutbox` if they do not exist. Several nodes may call it at
 * the same time: an advisory lock makes them wait for each other.
 *
 * @param pool a pool whose user may create a schema
 */
export async function createRoomTables(pool: Pool, options: RoomTablesOptions = {}): Promise<void> {
  const client = await pool.connect();
  let error: Error | undefined;
  try {
    // In one transaction, which also releases the lock. DDL is transactional in PostgreSQL.
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [...migrationLock]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS usher; ${roomTables(options)}`);
    await client.query('COMMIT');
  } catch (reason) {
    error = reason instanceof Error ? reason : new Error(String(reason));
    throw error;
  } finally {
    // A connection in a failed transaction is not returned to the pool.
    client.release(error);
  }
}
