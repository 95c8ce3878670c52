import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import {
  messagePageQuerySchema,
  messagePageSchema,
  newRoomSchema,
  roomBounds,
  roomSchema,
  roomsSchema,
} from '@usher/protocol/server';
import type { MessagePageQuery } from '@usher/protocol';
import { type History, type Range, withinFrame } from '@usher/realtime';
import { HttpProblem } from '../http/http-problem.ts';
import type { RoomDirectory } from './room-directory.ts';

export interface RoomRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly history: History;
  /** Told of whoever is a member from now on. */
  readonly added: (room: string, user: string) => void;
}

const roomParams = Type.Object({ room: Type.String() });

/** Rooms and their older messages. Live ones come over the socket. */
export const roomRoutes: FastifyPluginCallbackTypebox<RoomRoutesOptions> = (app, options, done) => {
  const { rooms, history, added } = options;

  app.get('/rooms', { config: { cost: 10 }, schema: { response: { 200: roomsSchema } } }, async (request, reply) => {
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
    if (made === 'in_use') throw new HttpProblem('room_taken');
    if (made === 'too_many') throw new HttpProblem('forbidden');
    added(room, user);
    request.log.info({ user, room }, 'room made');
    return reply.code(201).send(made);
  });

  app.get(
    '/rooms/:room/messages',
    {
      config: { cost: 5 },
      schema: { params: roomParams, querystring: messagePageQuerySchema, response: { 200: messagePageSchema } },
    },
    async (request, reply) => {
      const account = await app.authenticate(request);
      const { room } = request.params;
      const range = rangeOf(request.query);
      if (!(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      const page = await history.read(room, range);
      reply.header('cache-control', 'no-store');
      return withinFrame(page, 'after' in range ? 'oldest' : 'newest');
    },
  );
  done();
};

/** @throws HttpProblem `bad_request` for a page that would begin at both of its ends. */
function rangeOf({ before, after, limit = roomBounds.freshMessages }: MessagePageQuery): Range {
  if (before !== undefined && after !== undefined) {
    throw new HttpProblem('bad_request', { detail: 'querystring: before and after exclude each other' });
  }
  const bytes = roomBounds.pageBytes;
  if (after !== undefined) return { after, limit, bytes };
  return before === undefined ? { limit, bytes } : { before, limit, bytes };
}
