import { HttpErrorResponse } from '@angular/common/http';
import { isProblem, type Problem, type ProblemCode } from '@usher/protocol';
import { texts } from '../texts.ts';

/** The problem document of a failed call, where the server sent one. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof HttpErrorResponse)) return undefined;
  const body: unknown = error.error;
  return isProblem(body) ? body : undefined;
}

export function problemCode(error: unknown): ProblemCode | undefined {
  return problemOf(error)?.code;
}

/** What a failed call means, in words for the one who waits for it. */
export function wordsFor(error: unknown): string {
  const found = problemOf(error);
  if (found === undefined) {
    return error instanceof HttpErrorResponse && error.status === 0 ? texts.problems.unreachable : texts.problems.other;
  }
  if (found.code === 'too_many_attempts')
    return texts.problems.too_many_attempts(waitWords(found.retryAfterMs ?? 60_000));
  const words: Readonly<Partial<Record<string, unknown>>> = texts.problems;
  const text = words[found.code];
  return typeof text === 'string' ? text : texts.problems.other;
}

/** A wait in words, rounded up: promising too short a wait would earn another refusal. */
export function waitWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90 ? texts.wait.seconds(seconds) : texts.wait.minutes(Math.ceil(seconds / 60));
}
