/** Shared by clients and servers. Contains no schemas or validators; import those from `@usher/protocol/server`. */
export { closeCode, closeCodes, shouldReconnect, type CloseCode, type CloseName } from './close-codes.ts';
export { isRequestId, parseFrame, type RawFrame } from './codec.ts';
export { parseEndCause } from './end-cause-text.ts';
export type { EndCause } from './end-causes.ts';
export type {
  ClientFrame,
  ErrorCode,
  ErrorFrame,
  Event,
  EventFrame,
  EventType,
  Params,
  Protocol,
  Reply,
  ReplyFrame,
  RequestFrame,
  RequestType,
  ServerFrame,
  Signal,
  SignalFrame,
  SignalType,
} from './define.ts';
export type { Proof, TicketResponse, TokenResponse } from './http.ts';
export { isProblem, isProblemCode, type Problem, type ProblemCode } from './problem-codes.ts';
export { problem, problems } from './problems.ts';
export type { Message, RoomsProtocol } from './rooms.ts';
