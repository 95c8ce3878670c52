import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { HttpProblem } from '../http/http-problem.ts';

export interface ProviderKeysOptions {
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly monotonicNow?: () => number;
  /** How long one attempt to load the keys may take. */
  readonly timeoutMs?: number;
}

/** After this the keys are loaded again, so that one that was withdrawn does not live on. */
const freshForMs = 10 * 60_000;
/** So long known keys are believed while the provider is out of reach. */
const believedForMs = 24 * 60 * 60_000;
/** Loads within a window, whatever comes in: tokens with made-up keys must not become requests to the provider. */
const loadsInWindow = 3;
const windowMs = 90_000;
/** The answer of the provider, in bytes: some hundred keys. */
const longestAnswer = 256 * 1024;
const retryAfterMs = 5_000;

/**
 * The public keys of a provider, for `jwtVerify`: loaded when the first token comes, again after ten minutes, and again when a
 * token names a key that is not among them, at most three times in 90 seconds and one at a time. `kid` and `alg` select among
 * them (RFC 7517 §4.5); exactly one has to fit. Nothing else in the header of a token is looked at.
 *
 * While the provider is out of reach known keys go on for a day; the function then rejects with HttpProblem 503
 * `store_unavailable`, and does so for unknown ones at once. Otherwise it rejects with what jose says of the token.
 */
export function createProviderKeys(url: string, options: ProviderKeysOptions = {}): JWTVerifyGetKey {
  const { monotonicNow: now = () => performance.now(), timeoutMs = 3_000 } = options;
  // When to load is decided here: jose's own cool-down does not count failures, and its own expiry forgets keys in an outage.
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cooldownDuration: Infinity,
    cacheMaxAge: Infinity,
    [customFetch]: boundedFetch,
  });
  let loads: readonly number[] = [];
  let loading: Promise<boolean> | undefined;
  let loadedAt: number | undefined;
  let failure: unknown;

  /** Loads the keys if that is allowed now. Resolves to whether they are new. */
  function load(): Promise<boolean> {
    loading ??= attempt().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function attempt(): Promise<boolean> {
    const at = now();
    loads = loads.filter((earlier) => earlier > at - windowMs);
    if (loads.length >= loadsInWindow) return false;
    loads = [...loads, at];
    try {
      await keys.reload();
      loadedAt = at;
      failure = undefined;
      return true;
    } catch (error) {
      failure = error;
      return false;
    }
  }

  function outOfReach(): HttpProblem {
    const cause = new Error('the keys of the identity provider are out of reach', { cause: failure });
    return new HttpProblem('store_unavailable', { retryAfterMs, cause });
  }

  return async (header, token) => {
    const stale = loadedAt === undefined || now() - loadedAt >= freshForMs;
    const justLoaded = stale && (await load());
    if (loadedAt === undefined || now() - loadedAt >= believedForMs) throw outOfReach();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!justLoaded && (await load())) return keys(header, token);
      throw failure === undefined ? error : outOfReach();
    }
  };
}

/** `fetch` for an answer of bounded length; a longer one is an error. */
async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const { body, status } = await fetch(url, init);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? new Blob([]).stream()) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > longestAnswer) throw new RangeError('the keys of the identity provider are too long');
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status });
}
