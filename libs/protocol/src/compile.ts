import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isStandardSchema } from './define-protocol.ts';
import {
  isRawFrame,
  isRequestId,
  type Params,
  parseJson,
  type Protocol,
  type RawFrame,
  type RequestType,
  type ServerReply,
  type ServerRequestType,
  type Signal,
  type SignalType,
} from './protocol.ts';
import type { Schema, StandardIssue, StandardSchema } from './schema.ts';

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
  /** Validates the params of a request that does not come from a client. Never throws. */
  validateParams<T extends RequestType<P>>(type: T, params: object): Valid<Params<P, T>> | Invalid;
  /** Validates the reply of a client to a request of the server. Never throws. */
  validateReply<T extends ServerRequestType<P>>(type: T, reply: unknown): Valid<ServerReply<P, T>> | Invalid;
}

export interface Valid<T> {
  readonly value: T;
  readonly error?: undefined;
}

export interface Invalid {
  /** Describes the error. Names the field but never contains its value, which may be secret. */
  readonly error: string;
}

/**
 * Compiles the validators of a protocol. Call it once, at startup. Server only, because it generates code (`new Function`),
 * which a browser's Content Security Policy may forbid.
 */
export function compileProtocol<P extends Protocol>(protocol: P): Codec<P> {
  const requests = new Map<string, Check<object>>();
  const signals = new Map<string, Check<object>>();
  const replies = new Map<string, Check>();
  for (const [type, { params }] of Object.entries(protocol.requests)) requests.set(type, compileParams(params));
  for (const [type, params] of Object.entries(protocol.signals)) signals.set(type, compileParams(params));
  for (const [type, { reply }] of Object.entries(protocol.serverRequests ?? {})) replies.set(type, compileCheck(reply));

  function decode(text: string): Decoded<Protocol> {
    const frame = parseJson(text);
    if (!isRawFrame(frame)) return bad('bad_message', 'not a JSON object with a string "type"', idOf(frame));
    const { type } = frame;
    const id = idOf(frame);
    const checkRequest = requests.get(type);
    if (checkRequest !== undefined) {
      if (id === undefined) return bad('bad_message', 'a request must have an "id" that is a positive integer');
      const params = checkRequest(frame);
      return params instanceof Rejected ? bad('bad_message', params.error, id) : { kind: 'request', type, id, params };
    }
    const checkSignal = signals.get(type);
    if (checkSignal !== undefined) {
      const params = checkSignal(frame);
      return params instanceof Rejected ? bad('bad_message', params.error, id) : { kind: 'signal', type, params };
    }
    return bad('unknown_type', 'unknown message type', id);
  }

  const codec: Codec<Protocol> = {
    protocol,
    decode,
    validateParams: (type, params) => validate(requests.get(type), params),
    validateReply: (type, reply) => validate(replies.get(type), reply),
  };
  // Safe: the maps are built from `protocol`, so the codec returns only its types, with validated values.
  return codec as unknown as Codec<P>;
}

/** Returns what a handler gets: the value itself or, if the schema transforms values, its output. */
type Check<T = unknown> = (value: unknown) => T | Rejected;

/** An invalid value. Valid values are returned as they are, without an object around them. */
class Rejected implements Invalid {
  readonly error: string;

  constructor(error: string) {
    this.error = error;
  }
}

function compileParams(schema: Schema<object>): Check<object> {
  if (!isStandardSchema(schema)) return compileCheck(schema) as Check<object>;
  const check = compileCheck(schema);
  return (frame) => {
    const params = check(withoutFrameFields(frame as RawFrame));
    return typeof params === 'object' && params !== null
      ? params
      : new Rejected('the schema does not return an object');
  };
}

/** Strict schemas reject the fields of the frame. */
function withoutFrameFields(frame: RawFrame): object {
  const fields: { type?: unknown; id?: unknown } = { ...frame };
  delete fields.type;
  delete fields.id;
  return fields;
}

function compileCheck(schema: Schema): Check {
  // `defineProtocol` accepts no other schemas.
  return isStandardSchema(schema) ? standardCheck(schema) : typeboxCheck(schema);
}

function typeboxCheck(schema: TSchema): Check {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return value;
    const [first] = validator.Errors(value);
    return new Rejected(
      first === undefined ? 'does not match its schema' : `${first.instancePath || 'frame'} ${first.message}`,
    );
  };
}

function standardCheck({ '~standard': { validate } }: StandardSchema): Check {
  return (value) => {
    try {
      const result = validate(value);
      if (result instanceof Promise) {
        result.catch(() => undefined);
        return new Rejected('its schema is asynchronous, which is not supported');
      }
      return result.issues === undefined ? result.value : new Rejected(describe(result.issues));
    } catch {
      // The error may contain the value.
      return new Rejected('its schema threw an error');
    }
  };
}

/** Names the field of the first issue. The messages of other libraries may contain the value, so they are not used. */
function describe([first]: readonly StandardIssue[]): string {
  const keys = (first?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  return `${keys.length === 0 ? 'frame' : `/${keys.map(String).join('/')}`} does not match its schema`;
}

function validate(check: Check | undefined, value: unknown): Valid<never> | Invalid {
  const result = check === undefined ? new Rejected('the protocol has no such message') : check(value);
  return result instanceof Rejected ? result : { value: result as never };
}

/** Returns the request `id` if the value has a valid one, even if the rest of the frame is invalid. */
function idOf(frame: unknown): number | undefined {
  if (typeof frame !== 'object' || frame === null || !('id' in frame)) return undefined;
  return isRequestId(frame.id) ? frame.id : undefined;
}

function bad(code: MalformedFrame['code'], message: string, id?: number): MalformedFrame {
  return id === undefined ? { kind: 'bad', code, message } : { kind: 'bad', code, message, id };
}
