import { randomFillSync } from 'node:crypto';

/** Random bytes of a ticket: 256 bits. */
const ticketBytes = 32;

/** Drawn for so many tickets at once: the system is asked for randomness at the same cost for one as for all of them. */
const pool = Buffer.alloc(128 * ticketBytes);
let next = pool.length;

/** A ticket that nobody can guess: 256 random bits in base64url, 43 characters. */
export function newTicket(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const end = next + ticketBytes;
  const ticket = pool.toString('base64url', next, end);
  // What was given away stays nowhere else.
  pool.fill(0, next, end);
  next = end;
  return ticket;
}
