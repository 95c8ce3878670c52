/** Schemas and validators: for servers, tests and documents. */
export { compileProtocol, type Bad, type Codec, type Decoded } from './compile.ts';
export { coreProtocol, limitsSchema, type CoreProtocol } from './core.ts';
export { defineProtocol, type DefinedProtocol, type ProtocolParts } from './define-protocol.ts';
export { closeReasonOf, endCauses } from './end-causes.ts';
export {
  credentialsSchema,
  deviceSchema,
  disabledSchema,
  meSchema,
  messagePageQuerySchema,
  messagePageSchema,
  newPasswordSchema,
  newRoomSchema,
  proofSchema,
  roomSchema,
  roomsSchema,
  sessionSchema,
  sessionsSchema,
  ticketSchema,
  tokenSchema,
} from './http.ts';
export { messageSchema, roomBounds, roomName, roomsProtocol } from './rooms.ts';
