/**
 * The part of the codec that clients and servers share. It accepts any input and never throws.
 * Servers also validate frames against their schemas (`compileProtocol`). Browsers do not: they trust the server that they
 * authenticated with to send valid fields, and only check that a frame is well-formed.
 */

/** A frame of which only `type` has been validated. */
export interface RawFrame {
  readonly type: string;
  readonly id?: unknown;
  readonly [field: PropertyKey]: unknown;
}

/** Parses a frame. Returns `undefined` unless the text is a JSON object with a string `type`. Never throws. */
export function parseFrame(text: unknown): RawFrame | undefined {
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  return isRawFrame(value) ? value : undefined;
}

/** Parses JSON. Returns `undefined` if the text is not valid JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a value is a valid request `id`, which is a positive safe integer. */
export function isRequestId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
