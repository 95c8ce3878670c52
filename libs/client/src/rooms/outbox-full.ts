/** Too many messages of one room wait to be sent already. */
export class OutboxFull extends Error {
  override readonly name: string = 'OutboxFull';
}
