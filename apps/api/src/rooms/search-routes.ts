import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { foundSchema, searchQuerySchema } from '@usher/protocol/server';
import { HttpProblem } from '../http/http-problem.ts';
import type { RoomDirectory } from './room-directory.ts';
import { BadCursor, type Search } from './search.ts';

export interface SearchRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly search: Search;
}

/** Search over the rooms of whoever asks, or in one that they may see. */
export const searchRoutes: FastifyPluginCallbackTypebox<SearchRoutesOptions> = (app, { rooms, search }, done) => {
  app.get(
    '/search',
    { config: { cost: 10 }, schema: { querystring: searchQuerySchema, response: { 200: foundSchema } } },
    async (request, reply) => {
      const account = await app.authenticate(request);
      const { q: words, room, before, limit = 20 } = request.query;
      if (room !== undefined && !(await rooms.admits(account, room))) throw new HttpProblem('not_found');
      const within = room === undefined ? await rooms.liveliestOf(account.user) : [room];
      const page = before === undefined ? {} : { before };
      try {
        const { messages, next } = await search.find({ words, rooms: within, limit, ...page });
        reply.header('cache-control', 'no-store');
        return { messages: [...messages], ...(next === undefined ? {} : { next }) };
      } catch (error) {
        if (!(error instanceof BadCursor)) throw error;
        throw new HttpProblem('bad_request', { detail: 'querystring/before: must be the next of a page before' });
      }
    },
  );
  done();
};
