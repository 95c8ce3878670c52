/** Secrets that stand in a log, each once, in the order in which they came. */
export interface Found {
  readonly tickets: readonly string[];
  readonly jwts: readonly string[];
}

/** Of 256 bits in base64url, as a thief would look for them: behind the name that they go by. */
const ticket = /[?&]ticket=([\w-]{43})(?![\w-])/g;
/** Three parts in base64url, of which the first is JSON: `{"` is `eyJ`. */
const jwt = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Looks through a log for what opens something, by its shape: whoever reads it knows no secret beforehand. */
export function scanLog(text: string): Found {
  return {
    tickets: unique([...text.matchAll(ticket)].flatMap(([, value]) => value ?? [])),
    jwts: unique([...text.matchAll(jwt)].map(([value]) => value)),
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** Seconds until a JWT expires, without looking at its signature: a thief cannot either. */
export function secondsLeft(token: string, nowMs: number): number {
  const [, payload = ''] = token.split('.');
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp: number };
  return Math.round(exp - nowMs / 1_000);
}
