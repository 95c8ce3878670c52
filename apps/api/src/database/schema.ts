import type { Generated } from 'kysely';

/**
 * The tables as Kysely sees them. Times are Unix milliseconds; flags are 0 or 1; lists are JSON. Only types that SQLite and
 * PostgreSQL share are used, so that one set of queries serves both.
 */
export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  rooms: RoomsTable;
  messages: MessagesTable;
  memberships: MembershipsTable;
  mentions: MentionsTable;
}

export interface UsersTable {
  name: string;
  /** Empty where there is no password. */
  password_hash: string;
  /** JSON array of role names. */
  roles: string;
  disabled: number;
  created_at: number;
  /** Of a user who comes from an identity provider: which. Such a user has no password. */
  issuer: string | null;
  /** 1: the password is the one of the demo. 0: it is not. Null: unknown, the account is older than this column. */
  demo_password: number | null;
}

export interface SessionsTable {
  id: string;
  user_name: string;
  created_at: number;
  last_seen_at: number;
  /** Its absolute end, whatever is done with it. */
  expires_at: number;
  /** Set once: a session that has ended never comes back. */
  ended_at: number | null;
  /** Why it ended: one of `endCauses`. */
  ended_cause: string | null;
  /** SHA-256 of the family of its refresh tokens. */
  refresh_family: string | null;
  /** SHA-256 of the secret that is good now. */
  refresh_hash: string | null;
  /** JSON: the secrets that were good within the last seconds (see `refresher.ts`). */
  refresh_recent: string;
  /** From where it was used last, as far as that is known. */
  address: string | null;
  user_agent: string | null;
  /** SHA-256 of the provider's own session, where it comes from one (see `external-sessions.ts`). */
  external_key: string | null;
  /** How many sessions of this key were before it. */
  external_generation: number | null;
  /** Unix seconds: when the newest token was issued that was seen. */
  external_issued_at: number | null;
}

export interface RoomsTable {
  name: string;
  title: string;
  private: number;
  /** Identity of the room's history (see the History port). */
  epoch: string;
  /** The last message's sequence, 0 for none. */
  seq: number;
  created_by: string;
  created_at: number;
  /** 1: whoever gets an account is a member. */
  everyone: number;
  /** When its last message was said, or when it was made. */
  last_at: number;
  /** Of a public room: its title in the form that is unique among public rooms (`titleKey`). Null if an older room has it. */
  title_key: string | null;
}

export interface MessagesTable {
  /** Over all rooms, in the order of arrival. */
  number: Generated<number>;
  room: string;
  seq: number;
  id: string;
  sender: string;
  /** The client's idempotency key; it belongs to its room and sender and is never shown to others. */
  key: string;
  text: string;
  at: number;
  /** Set: this is no message of its own, but another text for the one with that sequence. */
  edits: number | null;
  /** Set: this is no message of its own; the one with that sequence is taken back. */
  deletes: number | null;
  edited_at: number | null;
  /** Set: its text is empty, and so are those of its edits. */
  deleted_at: number | null;
}

/** Whose room it is. Whoever leaves is not here any more. */
export interface MembershipsTable {
  room: string;
  user_name: string;
  /** Up to where they have read it. */
  read_seq: number;
  joined_at: number;
}

/** Which messages call whom: nobody by their own, nobody who has no account, none that is deleted. */
export interface MentionsTable {
  room: string;
  seq: number;
  user_name: string;
}
