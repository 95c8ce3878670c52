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
export type { Proof, TicketResponse, TokenResponse } from './http.ts';
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
  type Protocol,
  type RawFrame,
  type Reply,
  type ReplyFrame,
  type RequestFrame,
  type RequestType,
  type ServerFrame,
  type Signal,
  type SignalFrame,
  type SignalType,
} from './protocol.ts';
export type { Message, RoomsProtocol } from './rooms.ts';
