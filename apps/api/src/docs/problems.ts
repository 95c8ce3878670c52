import { problem, type ProblemCode, problems } from '@usher/protocol';
import { proofSchema } from '@usher/protocol/server';
import { Type } from 'typebox';

/** The body of every HTTP error (RFC 9457). */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: '`urn:usher:problem:` and the code' }),
    title: Type.String({ description: 'for people' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: Type.String({ description: 'for programs' }),
    retryAfterMs: Type.Optional(
      Type.Integer({ minimum: 0, description: 'milliseconds to wait before the next attempt' }),
    ),
    detail: Type.Optional(
      Type.String({ description: 'names the invalid field, or why a session ended. Never contains a value' }),
    ),
  },
  { description: 'An error as a problem document (RFC 9457).' },
);

/** The parts of an operation's description that determine its errors. */
export interface OperationErrors {
  /** The schemes of its security requirement. */
  readonly schemes: readonly string[];
  readonly hasParameters: boolean;
  readonly hasBody: boolean;
  /** Whether the successful response is a proof. A 503 then contains the proof so far. */
  readonly returnsProof: boolean;
  readonly declared: readonly ProblemCode[];
}

/** Any request may be invalid HTTP, too large, too slow, or one of too many. */
const ofAnyRequest: readonly ProblemCode[] = [
  'bad_request',
  'too_large',
  'request_timeout',
  'rate_limited',
  'internal',
];

const ofScheme: Readonly<Record<string, readonly ProblemCode[]>> = {
  bearer: ['missing_token', 'invalid_token', 'token_expired', 'session_ended', 'user_disabled', 'store_unavailable'],
  refreshCookie: ['missing_token', 'session_ended', 'user_disabled', 'origin_forbidden', 'store_unavailable'],
  apiKey: ['missing_token', 'invalid_token', 'forbidden', 'store_unavailable'],
  metricsToken: ['missing_token', 'invalid_token', 'forbidden'],
};

/** Returns all codes of an operation, in the order of the table of problems. */
function problemCodesOf({ schemes, hasParameters, hasBody, declared }: OperationErrors): ProblemCode[] {
  const codes = new Set<ProblemCode>([...ofAnyRequest, ...declared]);
  for (const scheme of schemes) for (const code of ofScheme[scheme] ?? []) codes.add(code);
  // A path parameter that exceeds the maximum length.
  if (hasParameters) codes.add('not_found');
  if (hasBody) codes.add('unsupported_media_type');
  return (Object.keys(problems) as ProblemCode[]).filter((code) => codes.has(code));
}

const waitingCodes: readonly ProblemCode[] = ['rate_limited', 'at_capacity', 'draining', 'store_unavailable'];

/** Returns the responses of the errors of an operation, by status. */
export function problemResponses(errors: OperationErrors): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodesOf(errors)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const ordered = [...byStatus].toSorted(([one], [other]) => one - other);
  return Object.fromEntries(
    ordered.map(([status, codes]) => [status, problemResponse(status, codes, errors.returnsProof)]),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[], returnsProof: boolean): object {
  const extension = returnsProof && status === 503 ? partialProof : {};
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('. '),
    ...headersOf(status),
    content: {
      'application/problem+json': {
        schema: {
          type: 'object',
          allOf: [problemSchema],
          required: ['status', 'code'],
          properties: { status: { const: status }, code: { enum: codes }, ...extension },
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

/** If a node did not respond, the revocation is durable, and the problem contains the proof of the other nodes. */
const partialProof = proofSchema.properties;

function exampleOf(code: ProblemCode): object {
  return waitingCodes.includes(code) ? problem(code, 1_000) : problem(code);
}

function headersOf(status: number): object {
  if (status === 401) {
    return { headers: { 'WWW-Authenticate': { schema: { type: 'string' }, description: '`Bearer`' } } };
  }
  if (status !== 429 && status !== 503) return {};
  const description = 'Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise.';
  return { headers: { 'Retry-After': { schema: { type: 'integer', minimum: 1 }, description } } };
}
