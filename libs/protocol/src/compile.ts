import type { TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  isRawFrame,
  isRequestId,
  type Params,
  parseJson,
  type Protocol,
  type RawFrame,
  type RequestType,
  type Signal,
  type SignalType,
} from './protocol.ts';

/** A decoded client frame. A `bad` frame has the `id` to respond to, if a valid one could be read. */
export type Decoded<P extends Protocol> =
  | {
      [T in RequestType<P>]: {
        readonly kind: 'request';
        readonly type: T;
        readonly id: number;
        readonly params: Params<P, T>;
      };
    }[RequestType<P>]
  | {
      [T in SignalType<P>]: { readonly kind: 'signal'; readonly type: T; readonly params: Signal<P, T> };
    }[SignalType<P>]
  | MalformedFrame;

export interface MalformedFrame {
  readonly kind: 'bad';
  readonly code: 'bad_message' | 'unknown_type';
  readonly id?: number;
  /** Describes the error. Names the field but never contains its value, which may be secret. */
  readonly message: string;
}

/** Decodes and validates the frames that clients send. */
export interface Codec<P extends Protocol> {
  readonly protocol: P;
  /** Decodes one text frame. Never throws. Fields that the protocol does not define are kept but not validated. */
  decode(text: string): Decoded<P>;
}

/** Returns the error message for an invalid frame, `undefined` for a valid one. */
type Check = (frame: RawFrame) => string | undefined;

/**
 * Compiles the validators of a protocol. Call it once, at startup. Server only, because it generates code (`new Function`),
 * which a browser's Content Security Policy may forbid.
 */
export function compileProtocol<P extends Protocol>(protocol: P): Codec<P> {
  const requests = new Map<string, Check>();
  const signals = new Map<string, Check>();
  for (const [type, { params }] of Object.entries(protocol.requests)) requests.set(type, compileCheck(params));
  for (const [type, params] of Object.entries(protocol.signals)) signals.set(type, compileCheck(params));

  function decode(text: string): Decoded<Protocol> {
    const frame = parseJson(text);
    if (!isRawFrame(frame)) return bad('bad_message', 'not a JSON object with a string "type"', idOf(frame));
    const { type } = frame;
    const id = idOf(frame);
    const checkRequest = requests.get(type);
    if (checkRequest !== undefined) {
      if (id === undefined) return bad('bad_message', 'a request must have an "id" that is a positive integer');
      const error = checkRequest(frame);
      if (error !== undefined) return bad('bad_message', error, id);
      return { kind: 'request', type, id, params: frame };
    }
    const checkSignal = signals.get(type);
    if (checkSignal !== undefined) {
      const error = checkSignal(frame);
      if (error !== undefined) return bad('bad_message', error, id);
      return { kind: 'signal', type, params: frame };
    }
    return bad('unknown_type', 'unknown message type', id);
  }

  // Safe: both maps are built from `protocol`, so `decode` returns only its types, with validated params.
  return { protocol, decode: decode as Codec<P>['decode'] };
}

function compileCheck(schema: TObject): Check {
  const validator = Compile(schema);
  return (frame) => {
    if (validator.Check(frame)) return undefined;
    const [first] = validator.Errors(frame);
    return first === undefined ? 'does not match its schema' : `${first.instancePath || 'frame'} ${first.message}`;
  };
}

/** Returns the request `id` if the value has a valid one, even if the rest of the frame is invalid. */
function idOf(frame: unknown): number | undefined {
  if (typeof frame !== 'object' || frame === null || !('id' in frame)) return undefined;
  return isRequestId(frame.id) ? frame.id : undefined;
}

function bad(code: MalformedFrame['code'], message: string, id?: number): MalformedFrame {
  return id === undefined ? { kind: 'bad', code, message } : { kind: 'bad', code, message, id };
}
