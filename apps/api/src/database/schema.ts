import type { Generated } from 'kysely';

/**
 * The tables for Kysely. Times are Unix milliseconds, flags are 0 or 1, lists are JSON. Uses only types that SQLite and PostgreSQL share,
 * so that both can run the same queries.
 */
export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  rooms: RoomsTable;
  messages: MessagesTable;
  memberships: MembershipsTable;
  mentions: MentionsTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  password_links: PasswordLinksTable;
  api_keys: ApiKeysTable;
}

export interface UsersTable {
  name: string;
  /** Empty for a user without a password. */
  password_hash: string;
  /** JSON array of role names. */
  roles: string;
  disabled: number;
  created_at: number;
  /** The identity provider of the user. Null for an account of this server. */
  issuer: string | null;
  /** Whether the password is the demo password. Null: unknown, the account is older than this column. */
  demo_password: number | null;
}

export interface SessionsTable {
  id: string;
  user_name: string;
  created_at: number;
  last_seen_at: number;
  /** The absolute end, regardless of use. */
  expires_at: number;
  /** Set once: an ended session never becomes valid again. */
  ended_at: number | null;
  /** One of `endCauses`. */
  ended_cause: string | null;
  /** SHA-256 of the family of the refresh tokens. */
  refresh_family: string | null;
  /** SHA-256 of the current secret. */
  refresh_hash: string | null;
  /** JSON: the secrets consumed within the grace period (see `refresher.ts`). */
  refresh_recent: string;
  /** The address of the last use, if known. */
  address: string | null;
  user_agent: string | null;
  /** SHA-256 of the session at the identity provider (see `external-sessions.ts`). */
  external_key: string | null;
  /** The number of earlier sessions with this key. */
  external_generation: number | null;
  /** Issue time of the newest seen token, in Unix seconds. */
  external_issued_at: number | null;
}

export interface RoomsTable {
  name: string;
  title: string;
  private: number;
  /** Identity of the room's history (see the History port). */
  epoch: string;
  /** The sequence of the last message. 0: none. */
  seq: number;
  created_by: string;
  created_at: number;
  /** 1: all users are members. */
  everyone: number;
  /** Time of the last message, or of the creation of the room. */
  last_at: number;
  /** The title of a public room in its unique form (`titleKey`). Null for private rooms, and if an older room has the same key. */
  title_key: string | null;
  /** Set while the room is archived: it is read-only. */
  archived_at: number | null;
  /** Set once: a closed room keeps its messages and its name, and no user can see it. */
  closed_at: number | null;
}

export interface MessagesTable {
  /** Unique across rooms, in the order of arrival. */
  number: Generated<number>;
  room: string;
  seq: number;
  id: string;
  sender: string;
  /** The client's idempotency key; unique per room and sender, and never sent to others. */
  key: string;
  text: string;
  at: number;
  /** The sequence of the message that this entry edits. */
  edits: number | null;
  /** The sequence of the message that this entry deletes. */
  deletes: number | null;
  edited_at: number | null;
  /** If set, the text of the message and of its edits is empty. */
  deleted_at: number | null;
}

/** The members of rooms. The row is deleted when a member leaves. */
export interface MembershipsTable {
  room: string;
  user_name: string;
  /** The read marker. */
  read_seq: number;
  joined_at: number;
}

/** Mentions of existing users in messages. Excludes mentions of the sender and deleted messages. */
export interface MentionsTable {
  room: string;
  seq: number;
  user_name: string;
}

/** The audit log. Rows are never changed or deleted: triggers reject it. */
export interface AuditTable {
  /** Contiguous from 1. */
  seq: number;
  at: number;
  by_user: string;
  address: string | null;
  action: string;
  target: string;
  /** The sequence of the entry whose outcome this entry contains. */
  completes: number | null;
  /** Canonical JSON of an object. */
  detail: string | null;
  /** See `hashOf` in `operator/audit-chain.ts`. */
  hash: string;
}

/** The head of the audit log, in one row. A trigger moves it in the transaction of each entry. */
export interface AuditHeadTable {
  id: 1;
  /** The sequence of the newest entry. 0 for an empty log. */
  seq: number;
  /** The hash of that entry. Empty for an empty log. */
  hash: string;
}

/** Links with which a user sets a password, at most one per user. */
export interface PasswordLinksTable {
  /** SHA-256 of the token in the link. */
  hash: string;
  user_name: string;
  expires_at: number;
}

export interface ApiKeysTable {
  id: string;
  /** SHA-256 of the key. */
  hash: string;
  name: string;
  /** JSON array of scopes. */
  scopes: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  /** The time of the last use, to the minute. */
  used_at: number | null;
  revoked_at: number | null;
}
