/** Limits of the rooms protocol, shared by clients, servers and the documentation. */
export const roomBounds = {
  textChars: 4_000,
  clientFrameBytes: 64 * 1024,
  serverFrameBytes: 512 * 1024,
  freshMessages: 50,
  pageMessages: 200,
  pageBytes: 256 * 1024,
  recoverableMessages: 1_000,
  /** The highest unread count that the server reports. */
  unreadMessages: 1_000,
  typingEveryMs: 2_000,
  presenceEveryMs: 500,
  typingForMs: 5_000,
} as const;
