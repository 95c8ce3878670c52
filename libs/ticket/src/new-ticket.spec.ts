import { expect, test } from 'vitest';
import { newTicket } from './new-ticket.ts';

test('tickets are unique 256-bit values in base64url, even after the random pool is refilled', () => {
  const tickets = Array.from({ length: 1_000 }, newTicket);
  expect(new Set(tickets).size).toBe(1_000);
  for (const ticket of tickets) expect(ticket).toMatch(/^[\w-]{43}$/);
  // An empty or erased pool would produce zero bytes.
  const zeroBytes = tickets.map((ticket) => [...Buffer.from(ticket, 'base64url')].filter((byte) => byte === 0).length);
  expect(Math.max(...zeroBytes)).toBeLessThan(8);
});
