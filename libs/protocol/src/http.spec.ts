import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { ticketSchema } from './http.ts';

test('a ticket response has a non-negative delay', () => {
  const ticket = { ticket: 'x', expires: 1, connectAfterMs: 0 };
  expect(Value.Check(ticketSchema, ticket)).toBe(true);
  expect(Value.Check(ticketSchema, { ...ticket, connectAfterMs: -1 })).toBe(false);
});
