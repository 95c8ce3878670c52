/**
 * The codes of HTTP errors. The statuses and titles are in another table, `problems`, so that a browser bundle that only compares
 * codes does not contain the titles.
 */
const problemCodes = [
  'missing_token',
  'invalid_token',
  'token_expired',
  'session_ended',
  'invalid_credentials',
  'missing_ticket',
  'invalid_ticket',
  'invalid_link',
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

/**
 * The status and title of each problem code (RFC 9457 `application/problem+json`). Programs read `code`, users read `title`.
 * None of them reveals whether a user, a session or a private room exists, except `user_taken` and `room_taken`.
 */
export const problems = {
  missing_token: { status: 401, title: 'Missing token' },
  invalid_token: { status: 401, title: 'Invalid token' },
  token_expired: { status: 401, title: 'Token expired' },
  session_ended: { status: 401, title: 'Session ended' },
  invalid_credentials: { status: 401, title: 'Wrong user name or password' },
  missing_ticket: { status: 401, title: 'Missing ticket' },
  invalid_ticket: { status: 401, title: 'Invalid ticket' },
  invalid_link: { status: 403, title: 'This link has expired or was used before' },
  user_disabled: { status: 403, title: 'This account is disabled' },
  forbidden: { status: 403, title: 'Not allowed' },
  sign_up_closed: { status: 403, title: 'Sign-up is closed' },
  origin_forbidden: { status: 403, title: 'Origin not allowed' },
  bad_request: { status: 400, title: 'Bad request' },
  weak_password: { status: 400, title: 'This password is too easy to guess' },
  unsupported_protocol: { status: 400, title: 'Unsupported subprotocol' },
  not_found: { status: 404, title: 'Not found' },
  user_taken: { status: 409, title: 'This user name is in use' },
  room_taken: { status: 409, title: 'This room name is in use' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  upgrade_required: { status: 426, title: 'Upgrade required' },
  request_timeout: { status: 408, title: 'Request timeout' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  too_many_tickets: { status: 429, title: 'Too many tickets' },
  too_many_connections: { status: 429, title: 'Too many connections' },
  too_many_rooms: { status: 429, title: 'Too many rooms' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  at_capacity: { status: 503, title: 'At capacity' },
  draining: { status: 503, title: 'The server is restarting' },
  store_unavailable: { status: 503, title: 'Storage unavailable' },
  quota_exceeded: { status: 507, title: 'Daily storage quota exceeded' },
  storage_full: { status: 507, title: 'The server’s storage is full' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>;

/**
 * Returns the problem document for a code. `type` is a URN because servers at any origin may return the document.
 *
 * @param retryAfterMs how long the client should wait, in milliseconds; omitted from the document if undefined
 */
export function problem(code: ProblemCode, retryAfterMs?: number): Problem {
  const { status, title } = problems[code];
  const body: Problem = { type: `urn:usher:problem:${code}`, title, status, code };
  return retryAfterMs === undefined ? body : { ...body, retryAfterMs };
}
