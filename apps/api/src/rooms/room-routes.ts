import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { MessagePageQuery } from '@usher/chat-api';
import {
  messagePageQuerySchema,
  messagePageSchema,
  newRoomSchema,
  roomSchema,
  roomsQuerySchema,
  roomsSchema,
  searchQuerySchema,
  searchResultsSchema,
} from '@usher/chat-api/server';
import { roomBounds } from '@usher/protocol/server';
import { type History, limitToFrame, type Range } from '@usher/realtime/rooms';
import { normalizeTitle } from '../database/new-room.ts';
import { security, tags } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { RoomDirectory } from './room-directory.ts';
import { BadRoomCursor } from './room-list.ts';
import type { RoomReader } from './room-reader.ts';
import { BadSearch, type Search, searchedWords, type SearchFault } from './search.ts';

export interface RoomRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly list: Pick<RoomReader, 'list'>;
  readonly history: History;
  /** Counts bytes that a user stores. @throws RequestError */
  readonly charge: (user: string, bytes: number) => void;
  /** Called with each new member. */
  readonly added: (room: string, user: string) => void;
}

/** Approximate size of a room with its membership and index entries. */
const bytesPerRoom = 1_000;

const ofRooms = { tags: [tags.rooms], security: security.bearer };
const roomParams = Type.Object({ room: Type.String({ examples: ['general'] }) });

/** Lists and creates rooms, and reads their history. New messages are delivered over the socket. */
export const roomRoutes: FastifyPluginCallbackTypebox<RoomRoutesOptions> = (app, options, done) => {
  const { rooms, list, history, charge, added } = options;

  const listRooms = {
    config: {
      cost: 10,
      problems: ['at_capacity'],
      // The list is already serialized according to `roomsSchema`.
      describedResponses: { 200: { description: 'OK', content: { 'application/json': { schema: roomsSchema } } } },
    },
    schema: {
      ...ofRooms,
      operationId: 'listRooms',
      summary: 'List the rooms that the user may see',
      querystring: roomsQuerySchema,
    },
  } as const;
  app.get('/rooms', listRooms, async (request, reply) => {
    const { user, roles } = await app.authenticate(request);
    const { cursor, limit = 500 } = request.query;
    const from = cursor === undefined ? {} : { cursor };
    try {
      const page = await list.list({ user, admin: roles.includes('admin'), limit, ...from });
      return await reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(Buffer.from(page.buffer, page.byteOffset, page.byteLength));
    } catch (error) {
      if (!(error instanceof BadRoomCursor)) throw error;
      throw new HttpProblem('bad_request', { detail: 'querystring/cursor: must be the next of the previous page' });
    }
  });

  const createRoom = {
    config: { problems: ['room_taken', 'too_many_rooms', 'quota_exceeded', 'storage_full'] },
    schema: {
      ...ofRooms,
      operationId: 'createRoom',
      summary: 'Create a room',
      body: newRoomSchema,
      response: { 201: roomSchema },
    },
  } as const;
  app.post('/rooms', createRoom, async (request, reply) => {
    const { user } = await app.authenticate(request);
    const { room, private: isPrivate = false } = request.body;
    const title = titleOf(request.body.title);
    charge(user, bytesPerRoom);
    const created = await rooms.add({ room, title, private: isPrivate, createdBy: user });
    if (created === 'in_use') throw new HttpProblem('room_taken');
    if (!('room' in created)) throw new HttpProblem('too_many_rooms', created);
    added(room, user);
    request.log.info({ user, room }, 'room created');
    return reply.code(201).send(created);
  });

  app.get(
    '/rooms/:room/messages',
    {
      config: { cost: 2 },
      schema: {
        ...ofRooms,
        operationId: 'listMessages',
        summary: 'Read the history of a room',
        description: 'Oldest message first. A room that the user may not see is `not_found`.',
        params: roomParams,
        querystring: messagePageQuerySchema,
        response: { 200: messagePageSchema },
      },
    },
    async (request, reply) => {
      const account = await app.authenticate(request);
      const { room } = request.params;
      const range = rangeOf(request.query);
      if (!(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      const page = await history.read(room, range);
      // The caller may have been removed before the last message of the page was sent.
      if (!(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      reply.header('cache-control', 'no-store');
      return limitToFrame(page, 'after' in range ? 'oldest' : 'newest');
    },
  );
  done();
};

/** @throws HttpProblem `bad_request` with the reason */
function titleOf(title: string): string {
  try {
    return normalizeTitle(title);
  } catch (error) {
    if (error instanceof RangeError) throw new HttpProblem('bad_request', { detail: `body/title: ${error.message}` });
    throw error;
  }
}

/** @throws HttpProblem `bad_request` if both `before` and `after` are set */
function rangeOf({ before, after, limit = roomBounds.freshMessages }: MessagePageQuery): Range {
  if (before !== undefined && after !== undefined) {
    throw new HttpProblem('bad_request', { detail: 'querystring: must not have both before and after' });
  }
  const bytes = roomBounds.pageBytes;
  if (after !== undefined) return { after, limit, bytes };
  return before === undefined ? { limit, bytes } : { before, limit, bytes };
}

export interface SearchRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly search: Search;
}

const detailOf: Readonly<Record<SearchFault, string>> = {
  bad_cursor: 'querystring/before: must be the next of the previous page',
  too_many_words: `querystring/q: must have at most ${searchedWords} different words`,
};

/** Searches the rooms of the caller, or one room that the caller may see. */
export const searchRoutes: FastifyPluginCallbackTypebox<SearchRoutesOptions> = (app, { rooms, search }, done) => {
  app.get(
    '/search',
    {
      config: { cost: 10, problems: ['not_found', 'at_capacity'] },
      schema: {
        ...ofRooms,
        operationId: 'search',
        summary: 'Search the messages of the own rooms',
        querystring: searchQuerySchema,
        response: { 200: searchResultsSchema },
      },
    },
    async (request, reply) => {
      const account = await app.authenticate(request);
      const { q: words, room, before, limit = 20 } = request.query;
      if (room !== undefined && !(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      const within = { ...(room === undefined ? {} : { rooms: [room] }), ...(before === undefined ? {} : { before }) };
      try {
        const { messages, next } = await search.find({ user: account.user, words, limit, ...within });
        reply.header('cache-control', 'no-store');
        return { messages: [...messages], ...(next === undefined ? {} : { next }) };
      } catch (error) {
        if (!(error instanceof BadSearch)) throw error;
        throw new HttpProblem('bad_request', { detail: detailOf[error.fault] });
      }
    },
  );
  done();
};
