/**
 * SQL for the columns `unread` and `mentioned`: the unread messages and mentions of a user in `rooms.name` after a read marker. Both counts
 * stop at `$max` and read only indexes. `$scanned` limits the scanned messages.
 */
export function unreadCounts(marker: string, user: string): string {
  return `
    (SELECT count(*) FROM (
      SELECT 1 FROM (
        SELECT sender FROM messages
        WHERE messages.room = rooms.name AND messages.seq > ${marker}
          AND edits IS NULL AND deletes IS NULL AND deleted_at IS NULL
        ORDER BY messages.seq DESC LIMIT $scanned)
      WHERE sender <> ${user} LIMIT $max)) AS unread,
    (SELECT count(*) FROM (
      SELECT 1 FROM mentions
      WHERE mentions.user_name = ${user} AND mentions.room = rooms.name AND mentions.seq > ${marker}
      LIMIT $max)) AS mentioned`;
}

/** Parameters of `unreadCounts`. */
export type UnreadBounds = Readonly<{
  /** Upper limit of both counts. */
  max: number;
  /**
   * Maximum messages to scan after the marker, newest first. Own messages are scanned but not counted, so this limits the cost for a user
   * who sends many messages and reads none.
   */
  scanned: number;
}>;
