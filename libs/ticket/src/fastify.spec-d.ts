import type { FastifyInstance } from 'fastify';
import { describe, expectTypeOf, test } from 'vitest';
import type { ProblemCode } from '@usher/protocol';
import type { Admission, Gate, GateVerdict, TicketGateOptions } from './fastify.ts';
import type { ConsumeResult, IssueResult, TicketClaims } from './ticket-store.ts';

describe('what a store answers', () => {
  test('is told apart by `ok`: no ticket and no claims where there are none', () => {
    expectTypeOf<Extract<IssueResult, { ok: false }>>().not.toHaveProperty('ticket');
    expectTypeOf<Extract<ConsumeResult, { ok: true }>['claims']>().toEqualTypeOf<TicketClaims>();
    expectTypeOf<Extract<ConsumeResult, { ok: false }>['claims']>().toEqualTypeOf<TicketClaims | undefined>();
  });
});

describe('the gate', () => {
  test('asks an app for a store and its origins, and for nothing else', () => {
    type Required = { [K in keyof TicketGateOptions]-?: undefined extends TicketGateOptions[K] ? never : K };
    expectTypeOf<Required[keyof TicketGateOptions]>().toEqualTypeOf<'store' | 'allowedOrigins'>();
  });
  test('stands on the app, and keeps what `admit` gave until it is asked for', () => {
    expectTypeOf<FastifyInstance['gate']>().toEqualTypeOf<Gate>();
    expectTypeOf<ReturnType<Gate<{ seat: number }>['admitted']>['identity']>().toEqualTypeOf<{ seat: number }>();
    expectTypeOf<Extract<Admission<string>, { ok: true }>['identity']>().toEqualTypeOf<string>();
  });
  test('gives verdicts in the words of the contract, and two of its own', () => {
    expectTypeOf<Exclude<GateVerdict['verdict'], ProblemCode>>().toEqualTypeOf<'admitted' | 'gone'>();
    expectTypeOf<GateVerdict>().not.toHaveProperty('ticket');
    expectTypeOf<GateVerdict>().not.toHaveProperty('url');
  });
});
