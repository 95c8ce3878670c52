import type { FastifyInstance } from 'fastify';
import { describe, expectTypeOf, test } from 'vitest';
import type { ProblemCode } from '@usher/protocol';
import type { Admission, Gate, HandshakeOutcome, TicketGateOptions } from './fastify.ts';
import type { ConsumeResult, IssueResult, TicketClaims } from './ticket-store.ts';

describe('the result of a store', () => {
  test('is a union discriminated by `ok`: a failure has no ticket, and its claims are optional', () => {
    expectTypeOf<Extract<IssueResult, { ok: false }>>().not.toHaveProperty('ticket');
    expectTypeOf<Extract<ConsumeResult, { ok: true }>['claims']>().toEqualTypeOf<TicketClaims>();
    expectTypeOf<Extract<ConsumeResult, { ok: false }>['claims']>().toEqualTypeOf<TicketClaims | undefined>();
  });
});

describe('the gate', () => {
  test('requires only a store and the allowed origins', () => {
    type Required = { [K in keyof TicketGateOptions]-?: undefined extends TicketGateOptions[K] ? never : K };
    expectTypeOf<Required[keyof TicketGateOptions]>().toEqualTypeOf<'store' | 'allowedOrigins'>();
  });
  test('is a property of the app, and `admitted` returns the identity type of `admit`', () => {
    expectTypeOf<FastifyInstance['gate']>().toEqualTypeOf<Gate>();
    expectTypeOf<ReturnType<Gate<{ userId: number }>['admitted']>['identity']>().toEqualTypeOf<{ userId: number }>();
    expectTypeOf<Extract<Admission<string>, { ok: true }>['identity']>().toEqualTypeOf<string>();
  });
  test('reports `admitted`, `gone` or a problem code, without ticket and URL', () => {
    expectTypeOf<Exclude<HandshakeOutcome['outcome'], ProblemCode>>().toEqualTypeOf<'admitted' | 'gone'>();
    expectTypeOf<HandshakeOutcome>().not.toHaveProperty('ticket');
    expectTypeOf<HandshakeOutcome>().not.toHaveProperty('url');
  });
});
