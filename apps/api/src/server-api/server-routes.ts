import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import {
  deliverySchema,
  serverEventSchema,
  serverMessageSchema,
  serverMessageSentSchema,
} from '@usher/operator-api/server';
import { roomName } from '@usher/protocol/server';
import type { RoomsProtocol } from '@usher/protocol';
import type { Connections } from '@usher/realtime';
import type { Rooms } from '@usher/realtime/rooms';
import { Type } from 'typebox';
import { backendCall } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { KeyCheck } from '../operator/api-keys-check.ts';
import type { UsableKey } from '../operator/api-keys-store.ts';
import { programPrefix } from '../users/users.ts';

export interface ServerRoutesOptions {
  readonly checkKey: KeyCheck;
  readonly liveRooms: Pick<Rooms, 'publish'>;
  readonly connections: Pick<Connections<RoomsProtocol>, 'to'>;
}

const roomParams = Type.Object({ room: roomName });
const userParams = Type.Object({ user: Type.String() });

/** The API for backends, which authenticate with an API key: messages to rooms, and events to the open connections of users. */
export const serverRoutes: FastifyPluginCallbackTypebox<ServerRoutesOptions> = (app, options, done) => {
  const { checkKey, liveRooms, connections } = options;

  app.post(
    '/server/rooms/:room/messages',
    {
      config: { problems: ['forbidden', 'storage_full'] },
      schema: {
        ...backendCall('sendServerMessage', 'Send a durable message to a room'),
        params: roomParams,
        body: serverMessageSchema,
        response: { 200: serverMessageSentSchema },
      },
    },
    async (request, reply) => {
      const apiKey = await checkKey(request, 'messages:write');
      const { room } = request.params;
      const { key, from, text } = request.body;
      const sender = `${programPrefix}${from ?? nameOf(apiKey)}`;
      const { seq, at } = await liveRooms.publish(room, text, { from: sender, key });
      reply.header('cache-control', 'no-store');
      return { seq, at, from: sender };
    },
  );

  app.post(
    '/server/users/:user/events',
    {
      schema: {
        ...backendCall('sendUserEvent', 'Send an event to all connections of a user'),
        params: userParams,
        body: serverEventSchema,
        response: { 202: deliverySchema },
      },
    },
    async (request, reply) => {
      await checkKey(request, 'events:write');
      const { type: name, data } = request.body;
      const { complete, delivered, nodes } = await connections
        .to({ user: request.params.user })
        .send('event', { name, data });
      if (!complete) {
        throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, extension: { delivered, nodes } });
      }
      return reply
        .code(202)
        .header('cache-control', 'no-store')
        .send({ delivered, nodes: [...nodes] });
    },
  );

  done();
};

/** The sender of a key that names none: the name of the key in the form of `from`. */
function nameOf({ id, name }: UsableKey): string {
  const folded = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 32)
    .replace(/[^a-z0-9]+$/, '');
  return folded === '' ? id.slice(0, 8) : folded;
}
