import type { TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { isRawFrame, isRequestId, parseJson, type RawFrame } from './codec.ts';
import type { Params, Protocol, RequestType, Signal, SignalType } from './define.ts';

/** What came from a client, judged. A `bad` frame carries the `id` to answer to where one could be read. */
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
  | Bad;

export interface Bad {
  readonly kind: 'bad';
  readonly code: 'bad_message' | 'unknown_type';
  readonly id?: number;
  /** What is wrong, naming the place but never repeating the value. */
  readonly message: string;
}

/** The server's half of the codec. */
export interface Codec<P extends Protocol> {
  readonly protocol: P;
  /** Judges one text frame. Never throws. Fields that the protocol does not name are let through unread. */
  decode(text: string): Decoded<P>;
}

type Check = (frame: RawFrame) => string | undefined;

/** Compiles the validators of a protocol, once, at start. Server only: it generates code (`new Function`). */
export function compileProtocol<P extends Protocol>(protocol: P): Codec<P> {
  const requests = new Map<string, Check>();
  const signals = new Map<string, Check>();
  for (const [type, { params }] of Object.entries(protocol.requests)) requests.set(type, compile(params));
  for (const [type, params] of Object.entries(protocol.signals)) signals.set(type, compile(params));

  function decode(text: string): Decoded<Protocol> {
    const frame = parseJson(text);
    if (!isRawFrame(frame)) return bad('bad_message', 'not a JSON object with a string "type"', idOf(frame));
    const { type } = frame;
    const id = idOf(frame);
    const request = requests.get(type);
    if (request !== undefined) {
      if (id === undefined) return bad('bad_message', 'a request needs an "id", a positive integer');
      const wrong = request(frame);
      if (wrong !== undefined) return bad('bad_message', wrong, id);
      return { kind: 'request', type, id, params: frame };
    }
    const signal = signals.get(type);
    if (signal !== undefined) {
      const wrong = signal(frame);
      if (wrong !== undefined) return bad('bad_message', wrong, id);
      return { kind: 'signal', type, params: frame };
    }
    return bad('unknown_type', 'this server does not know that type', id);
  }

  // The maps were filled from `protocol` itself, so what `decode` names is one of its types with params that were checked.
  return { protocol, decode: decode as Codec<P>['decode'] };
}

function compile(schema: TObject): Check {
  const validator = Compile(schema);
  return (frame) => {
    if (validator.Check(frame)) return undefined;
    const [first] = validator.Errors(frame);
    return first === undefined ? 'does not fit its schema' : `${first.instancePath || 'frame'} ${first.message}`;
  };
}

/** The `id` to answer to, where one can be read, whatever else is wrong with the frame. */
function idOf(frame: unknown): number | undefined {
  if (typeof frame !== 'object' || frame === null || !('id' in frame)) return undefined;
  return isRequestId(frame.id) ? frame.id : undefined;
}

function bad(code: Bad['code'], message: string, id?: number): Bad {
  return id === undefined ? { kind: 'bad', code, message } : { kind: 'bad', code, message, id };
}
