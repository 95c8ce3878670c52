/**
 * The codes of HTTP errors, apart from their words: a page that only tells them from one another carries no titles.
 * `problems.ts` says what each means, and the compiler that none is missing there.
 */
const problemCodes = [
  'missing_token',
  'invalid_token',
  'token_expired',
  'session_ended',
  'invalid_credentials',
  'missing_ticket',
  'invalid_ticket',
  'user_disabled',
  'forbidden',
  'sign_up_closed',
  'origin_forbidden',
  'bad_request',
  'weak_password',
  'unsupported_protocol',
  'not_found',
  'user_taken',
  'room_taken',
  'too_large',
  'unsupported_media_type',
  'upgrade_required',
  'request_timeout',
  'rate_limited',
  'too_many_attempts',
  'too_many_tickets',
  'too_many_connections',
  'too_many_rooms',
  'internal',
  'at_capacity',
  'draining',
  'store_unavailable',
  'quota_exceeded',
  'storage_full',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** The body of every HTTP error. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** How long to wait before the same call can succeed, in milliseconds; with a `Retry-After` header beside it. */
  readonly retryAfterMs?: number;
  /**
   * Of a `bad_request` or `weak_password`: what is wrong, naming the place and never repeating the value, for a developer to
   * read. Of a `session_ended`: why, one of `endCauses`, told to those who held the session.
   */
  readonly detail?: string;
}

/** Whether a value is one of the codes. Never throws. */
export function isProblemCode(value: unknown): value is ProblemCode {
  const known: readonly unknown[] = problemCodes;
  return known.includes(value);
}

/** Whether something that came over the network is a problem document with a code that this version knows. Never throws. */
export function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { type, title, status, code, retryAfterMs, detail } = value as Record<string, unknown>;
  return (
    isProblemCode(code) &&
    typeof type === 'string' &&
    typeof title === 'string' &&
    typeof status === 'number' &&
    (retryAfterMs === undefined || (typeof retryAfterMs === 'number' && retryAfterMs >= 0)) &&
    (detail === undefined || typeof detail === 'string')
  );
}
