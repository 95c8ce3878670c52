import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { HttpProblem } from '../http/http-problem.ts';

export interface ProviderKeysOptions {
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly monotonicNow?: () => number;
  /** How long one attempt to load the keys may take, in milliseconds. Defaults to 3,000. */
  readonly timeoutMs?: number;
}

/** After this time the keys are reloaded, so that a withdrawn key becomes invalid. */
const freshForMs = 10 * 60_000;
/** How long known keys are used while the provider is unreachable. */
const staleForMs = 24 * 60 * 60_000;
/** Maximum loads within a window. Tokens with made-up key ids must not cause unlimited requests to the provider. */
const loadsInWindow = 3;
const windowMs = 90_000;
/** Maximum size of the response in bytes: some hundred keys. */
const maxResponseBytes = 256 * 1024;
const retryAfterMs = 5_000;

/**
 * The public keys of a provider, for `jwtVerify`. Keys are loaded with the first token, after ten minutes, and when a token names an
 * unknown key: one load at a time, at most three in 90 seconds. `kid` and `alg` must select exactly one key (RFC 7517 §4.5). All other
 * header fields are ignored.
 *
 * While the provider is unreachable, known keys stay valid for a day. After that, and at once for unknown keys, the function rejects
 * with HttpProblem 503 `store_unavailable`. Otherwise it rejects with the error of jose.
 */
export function createProviderKeys(url: string, options: ProviderKeysOptions = {}): JWTVerifyGetKey {
  const { monotonicNow: now = () => performance.now(), timeoutMs = 3_000 } = options;
  // jose's cooldown does not count failures, and its expiry drops keys during an outage. Therefore loads are scheduled here.
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

  /** Loads the keys if the limit permits. Resolves to whether the load succeeded. */
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

  function unreachable(): HttpProblem {
    const cause = new Error('the keys of the identity provider cannot be loaded', { cause: failure });
    return new HttpProblem('store_unavailable', { retryAfterMs, cause });
  }

  return async (header, token) => {
    const stale = loadedAt === undefined || now() - loadedAt >= freshForMs;
    const justLoaded = stale && (await load());
    if (loadedAt === undefined || now() - loadedAt >= staleForMs) throw unreachable();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!justLoaded && (await load())) return keys(header, token);
      throw failure === undefined ? error : unreachable();
    }
  };
}

/** Like `fetch`, but throws if the response is too large. */
async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const { body, status } = await fetch(url, init);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? new Blob([]).stream()) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > maxResponseBytes)
      throw new RangeError(`the keys of the identity provider exceed ${maxResponseBytes} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status });
}
