import { roomBounds } from '@usher/protocol/server';

/** The sender of a message that names none. */
export const systemSender = 'system';

/** The channel of `NOTIFY` on which `usher_publish` wakes the nodes. */
export const outboxChannel = 'usher_outbox';

/** The maximum number of waiting rows. It bounds the table while no node runs. */
const maxWaiting = 1_000_000;
/**
 * Below this size of the table, in bytes, the rows are not counted: fewer than `maxWaiting` fit. A count would make concurrent transactions
 * with the isolation level SERIALIZABLE fail.
 */
const countedFromBytes = 64 * 1024 * 1024;

/**
 * The transactional outbox: `usher_publish` inserts messages in the transaction of its caller, and the nodes append them after the commit
 * (`PostgresOutbox`). The function locks no row of `room_heads`, and the outbox does not reference it: both would block all messages of the
 * room until the end of the caller's transaction.
 *
 * The function is in the schema `public`, so that callers need no `search_path`, or in `usher` if this user may not create functions in
 * `public`. It has the rights of its owner, so that callers need no rights on the tables, and only users with `GRANT EXECUTE` may call it.
 */
export const outboxTables = `
CREATE TABLE IF NOT EXISTS usher.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room text NOT NULL,
  sender text NOT NULL,
  key text NOT NULL,
  text text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS outbox_of_room ON usher.outbox (room, id);

CREATE TABLE IF NOT EXISTS usher.outbox_failures (
  id bigint PRIMARY KEY,
  room text NOT NULL,
  sender text NOT NULL,
  key text NOT NULL,
  text text NOT NULL,
  created_at timestamptz NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text NOT NULL
);

DO $outbox$
DECLARE
  target text := 'usher';
BEGIN
  IF to_regnamespace('public') IS NOT NULL THEN
    IF has_schema_privilege('public', 'CREATE') THEN
      target := 'public';
    END IF;
  END IF;
  EXECUTE format($create$
    CREATE OR REPLACE FUNCTION %1$I.usher_publish(room text, key text, payload jsonb, sender text DEFAULT '${systemSender}')
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    DECLARE
      message_text text;
    BEGIN
      IF room IS NULL OR NOT EXISTS (SELECT FROM usher.room_heads h WHERE h.room = usher_publish.room) THEN
        RAISE EXCEPTION 'usher_publish: no such room: %%', coalesce(quote_literal(left(room, 64)), 'NULL')
          USING ERRCODE = 'no_data_found';
      ELSIF key IS NULL OR char_length(key) NOT BETWEEN 1 AND 200 THEN
        RAISE EXCEPTION 'usher_publish: invalid key: must have 1 to 200 characters' USING ERRCODE = 'invalid_parameter_value';
      ELSIF sender IS NULL OR sender !~ '^[!-~]{1,64}$' THEN
        RAISE EXCEPTION 'usher_publish: invalid sender: must have 1 to 64 visible ASCII characters'
          USING ERRCODE = 'invalid_parameter_value';
      ELSIF jsonb_typeof(payload) IS DISTINCT FROM 'object' OR jsonb_typeof(payload -> 'text') IS DISTINCT FROM 'string'
        OR payload - 'text' <> '{}' THEN
        RAISE EXCEPTION 'usher_publish: invalid payload: must be an object with the string "text" and nothing else'
          USING ERRCODE = 'invalid_parameter_value';
      END IF;
      message_text := payload ->> 'text';
      IF char_length(message_text) NOT BETWEEN 1 AND ${roomBounds.textChars} THEN
        RAISE EXCEPTION 'usher_publish: invalid text: must have 1 to ${roomBounds.textChars} characters, but has %%', char_length(message_text)
          USING ERRCODE = 'string_data_right_truncation';
      END IF;
      IF pg_relation_size('usher.outbox') >= ${countedFromBytes} THEN
        IF (SELECT max(o.id) FROM usher.outbox o) - (SELECT min(o.id) FROM usher.outbox o) >= ${maxWaiting} THEN
          RAISE EXCEPTION 'usher_publish: the outbox is full: ${maxWaiting} messages are waiting'
            USING ERRCODE = 'configuration_limit_exceeded', HINT = 'Check that at least one Usher server is running.';
        END IF;
      END IF;
      INSERT INTO usher.outbox (room, sender, key, text) VALUES (room, sender, key, message_text);
      PERFORM pg_notify('${outboxChannel}', '');
    END
    $body$$create$, target);
  EXECUTE format('REVOKE ALL ON FUNCTION %I.usher_publish(text, text, jsonb, text) FROM PUBLIC', target);
END
$outbox$;
`;
