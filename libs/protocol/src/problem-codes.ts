/**
 * The codes of HTTP errors, without their titles, so that browsers do not load texts that they do not show.
 * `problems.ts` has the status and title of each code. The compiler checks that it has all of them.
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
  /** How long to wait before the next attempt, in milliseconds. The response also has a `Retry-After` header. */
  readonly retryAfterMs?: number;
  /**
   * For `bad_request` and `weak_password`: a message for developers that names the invalid field but never contains its
   * value. For `session_ended`: one of `endCauses`, sent only to clients of that session.
   */
  readonly detail?: string;
}

/** Returns whether a value is a known problem code. Never throws. */
export function isProblemCode(value: unknown): value is ProblemCode {
  const known: readonly unknown[] = problemCodes;
  return known.includes(value);
}

/** Returns whether a value, such as a parsed response, is a problem document with a known code. Never throws. */
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
