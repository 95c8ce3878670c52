/** Schemas and validators for servers, tests and documentation. */
export { createAsyncApi, type AsyncApiOptions } from './asyncapi.ts';
export { endCauses, toCloseReason } from './close-codes.ts';
export { compileProtocol, type MalformedFrame, type Codec, type Decoded, type Invalid, type Valid } from './compile.ts';
export type { CoreProtocol } from './core-messages.ts';
export {
  type AnySchema,
  coreProtocol,
  defineProtocol,
  type DefinedProtocol,
  type ExtendedProtocol,
  extendProtocol,
  limitsSchema,
  type ObjectSchema,
  type ProtocolParts,
} from './define-protocol.ts';
export { proofSchema, ticketSchema, tokenSchema } from './http.ts';
export { foldUserName, mentionsIn, userNamePattern } from './mentions.ts';
export { roomBounds } from './room-bounds.ts';
export { messageSchema, roomName, unreadFields } from './room-parts.ts';
export { type DefinedRooms, defineRooms, type RoomsParts, roomsProtocol } from './rooms.ts';
export type { StandardSchema } from './schema.ts';
// So that applications define their messages with the version that this library validates with.
export { type Static, Type } from 'typebox';
