/** The outbox of a room has reached its limit. */
export class OutboxFull extends Error {
  override readonly name: string = 'OutboxFull';
}
