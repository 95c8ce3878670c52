import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import {
  messagePageQuerySchema,
  messagePageSchema,
  newRoomSchema,
  roomBounds,
  roomSchema,
  roomsSchema,
} from '@usher/protocol/server';
import type { History } from '@usher/realtime';
import { HttpProblem } from '../http/http-problem.ts';
import type { RoomDirectory } from './room-directory.ts';

export interface RoomRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly history: History;
}

const roomParams = Type.Object({ room: Type.String() });

/** Rooms and their older messages. Live ones come over the socket. */
export const roomRoutes: FastifyPluginCallbackTypebox<RoomRoutesOptions> = (app, { rooms, history }, done) => {
  app.get('/rooms', { schema: { response: { 200: roomsSchema } } }, async (request, reply) => {
    const account = await app.authenticate(request);
    reply.header('cache-control', 'no-store');
    return { rooms: await rooms.visibleTo(account) };
  });

  app.post('/rooms', { schema: { body: newRoomSchema, response: { 201: roomSchema } } }, async (request, reply) => {
    const { user } = await app.authenticate(request);
    const { room, private: isPrivate = false } = request.body;
    const title = request.body.title.trim();
    if (title === '') throw new HttpProblem('bad_request', { detail: 'body/title: must not be blank' });
    const made = await rooms.add({ room, title, private: isPrivate, createdBy: user });
    if (made === undefined) throw new HttpProblem('room_taken');
    request.log.info({ user, room }, 'room made');
    return reply.code(201).send(made);
  });

  app.get(
    '/rooms/:room/messages',
    { schema: { params: roomParams, querystring: messagePageQuerySchema, response: { 200: messagePageSchema } } },
    async (request, reply) => {
      const account = await app.authenticate(request);
      const { room } = request.params;
      if (!(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      const { before, limit = roomBounds.freshMessages } = request.query;
      const page = await history.read(room, before === undefined ? { limit } : { before, limit });
      reply.header('cache-control', 'no-store');
      return { messages: [...page.messages], more: page.more };
    },
  );
  done();
};
