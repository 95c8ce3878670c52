/**
 * SQL of what is unread of `rooms.name` for `$user` behind a read marker: the columns `unread` and `mentioned`. Both counts stop at
 * `$most` and read an index only; `$looks` bounds how many messages are considered.
 */
export function unreadCounts(marker: string): string {
  return `
    (SELECT count(*) FROM (
      SELECT 1 FROM (
        SELECT sender FROM messages
        WHERE messages.room = rooms.name AND messages.seq > ${marker}
          AND edits IS NULL AND deletes IS NULL AND deleted_at IS NULL
        ORDER BY messages.seq DESC LIMIT $looks)
      WHERE sender <> $user LIMIT $most)) AS unread,
    (SELECT count(*) FROM (
      SELECT 1 FROM mentions
      WHERE mentions.user_name = $user AND mentions.room = rooms.name AND mentions.seq > ${marker}
      LIMIT $most)) AS mentioned`;
}

/** Parameters of `unreadCounts`. */
export type UnreadBounds = Readonly<{
  /** Neither count exceeds it. */
  most: number;
  /**
   * Messages behind the marker that are considered, the newest first. The user's own messages do not count but are considered,
   * so this bounds the cost for a user who sends much and reads nothing.
   */
  looks: number;
}>;
