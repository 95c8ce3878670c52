import { randomFillSync } from 'node:crypto';

/** 256 bits. */
const ticketBytes = 32;

/** Random bytes for many tickets, because one system call costs the same for one ticket as for all of them. */
const pool = Buffer.alloc(128 * ticketBytes);
let next = pool.length;

/** Returns 256 random bits in base64url (43 characters). */
export function newTicket(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const end = next + ticketBytes;
  const ticket = pool.toString('base64url', next, end);
  // The pool must not keep a copy of an issued ticket.
  pool.fill(0, next, end);
  next = end;
  return ticket;
}
