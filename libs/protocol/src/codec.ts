/**
 * The part of the codec that both sides share, and all of it that a browser needs: it takes any text and never throws.
 * The server validates deeper (`compileProtocol`); a browser trusts the shapes of the server that it authenticated with,
 * but not that the bytes are sane.
 */

/** A frame whose `type` has been checked to be a string and nothing else. */
export interface RawFrame {
  readonly type: string;
  readonly id?: unknown;
  readonly [field: PropertyKey]: unknown;
}

/** The frame in a text, or `undefined` when it is not a JSON object with a string `type`. */
export function parseFrame(text: unknown): RawFrame | undefined {
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  return isRawFrame(value) ? value : undefined;
}

/** The value of a JSON text, `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A request's `id`: a positive safe integer. */
export function isRequestId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
