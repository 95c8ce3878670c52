// cspell:ignore HJKMNP ABCDEFGHJKMNPQRSTVWXYZ
import { randomFillSync } from 'node:crypto';

/** Crockford’s base 32: digits and letters without I, L, O and U (www.crockford.com/base32.html). */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random numbers for many receipts, because one system call costs the same for one as for all of them. */
const pool = new Uint32Array(256);
let next = pool.length;

/**
 * Returns a new receipt: 30 random bits in Crockford’s base 32, such as `K7Q-2MF`. It identifies one connection attempt: the response to
 * the ticket call contains it, and operators look up what the server recorded for it. It is not a secret and grants nothing.
 */
export function newReceipt(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const bits = pool[next++] ?? 0;
  let receipt = '';
  for (let shift = 25; shift >= 0; shift -= 5) {
    if (shift === 10) receipt += '-';
    receipt += digits.charAt((bits >>> shift) & 31);
  }
  return receipt;
}

/**
 * Returns the exact form of a receipt that a user has typed: case, spaces and hyphens are ignored, O is read as 0, I and L as 1. `undefined`
 * if it is not a receipt.
 */
export function parseReceipt(text: string): string | undefined {
  const typed = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{6}$/.test(typed) ? `${typed.slice(0, 3)}-${typed.slice(3)}` : undefined;
}

/** The response header of a ticket call that contains its receipt. */
export const receiptHeader = 'usher-receipt';
