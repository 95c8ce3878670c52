/** Schemas and validators for servers, tests and documentation. */
export { createAsyncApi, type AsyncApiOptions } from './asyncapi.ts';
export { endCauses, toCloseReason } from './close-codes.ts';
export { compileProtocol, type MalformedFrame, type Codec, type Decoded } from './compile.ts';
export {
  coreProtocol,
  defineProtocol,
  limitsSchema,
  type CoreProtocol,
  type DefinedProtocol,
  type ProtocolParts,
} from './define-protocol.ts';
export { proofSchema, ticketSchema, tokenSchema } from './http.ts';
export { foldUserName, mentionsIn, userNamePattern } from './mentions.ts';
export { messageSchema, roomBounds, roomName, roomsProtocol, unreadFields } from './rooms.ts';
// So that applications define their messages with the version that this library validates with.
export { type Static, Type } from 'typebox';
