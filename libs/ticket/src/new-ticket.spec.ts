import { expect, test } from 'vitest';
import { newTicket } from './new-ticket.ts';

test('tickets are 256 bits in base64url, and no two are alike, over many draws of the pool', () => {
  const tickets = Array.from({ length: 1_000 }, newTicket);
  expect(new Set(tickets).size).toBe(1_000);
  for (const ticket of tickets) expect(ticket).toMatch(/^[\w-]{43}$/);
  // None is what an empty or erased pool would give.
  const bits = tickets.map((ticket) => [...Buffer.from(ticket, 'base64url')].filter((byte) => byte === 0).length);
  expect(Math.max(...bits)).toBeLessThan(8);
});
