import { HttpErrorResponse } from '@angular/common/http';
import { isProblem, type Problem, type ProblemCode } from '@usher/protocol';
import { problemTexts, waitTexts } from '../texts/session.ts';

/** The problem document of a failed request, if the server sent one. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof HttpErrorResponse)) return undefined;
  const body: unknown = error.error;
  return isProblem(body) ? body : undefined;
}

export function problemCode(error: unknown): ProblemCode | undefined {
  return problemOf(error)?.code;
}

/** The receipt of a refused request, if its response has one. */
export function receiptIn(error: unknown): string | undefined {
  return error instanceof HttpErrorResponse ? (error.headers.get('usher-receipt') ?? undefined) : undefined;
}

/** Describes a failed request for the user. */
export function errorText(error: unknown): string {
  const found = problemOf(error);
  if (found === undefined) {
    return error instanceof HttpErrorResponse && error.status === 0 ? problemTexts.unreachable : problemTexts.other;
  }
  if (found.code === 'too_many_attempts') return problemTexts.too_many_attempts(waitText(found.retryAfterMs ?? 60_000));
  const texts: Readonly<Partial<Record<string, unknown>>> = problemTexts;
  const text = texts[found.code];
  return typeof text === 'string' ? text : problemTexts.other;
}

/** Describes a waiting time, rounded up so that the next attempt is not rejected again. */
export function waitText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90 ? waitTexts.seconds(seconds) : waitTexts.minutes(Math.ceil(seconds / 60));
}
