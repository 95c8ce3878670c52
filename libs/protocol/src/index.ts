/** Shared by clients and servers. Contains no schemas or validators; import those from `@usher/protocol/server`. */
export {
  closeCode,
  closeCodes,
  parseEndCause,
  shouldReconnect,
  type CloseCode,
  type CloseName,
  type EndCause,
} from './close-codes.ts';
export type { RequestEvent, ResponseSignal, WelcomeEvent } from './core-messages.ts';
export type { Proof, TicketResponse, TokenResponse } from './http-types.ts';
export { isProblem, isProblemCode, problem, problems, type Problem, type ProblemCode } from './problems.ts';
export {
  isRequestId,
  parseFrame,
  type ClientFrame,
  type ErrorCode,
  type ErrorFrame,
  type Event,
  type EventFrame,
  type EventType,
  type Params,
  type ParamsInput,
  type Protocol,
  type RawFrame,
  type Reply,
  type ReplyFrame,
  type RequestFrame,
  type RequestType,
  type ServerFrame,
  type ServerParams,
  type ServerReply,
  type ServerReplyInput,
  type ServerRequestType,
  type Signal,
  type SignalFrame,
  type SignalInput,
  type SignalType,
} from './protocol.ts';
export type {
  AnyRoomsProtocol,
  ContentInputOf,
  ContentOf,
  Message,
  MessageOf,
  PayloadMessage,
  PayloadRoomsProtocol,
  RoomsProtocol,
} from './room-messages.ts';
export type { Schema } from './schema.ts';
