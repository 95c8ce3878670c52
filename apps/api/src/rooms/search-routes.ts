import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { searchResultsSchema, searchQuerySchema } from '@usher/chat-api/server';
import { HttpProblem } from '../http/http-problem.ts';
import type { RoomDirectory } from './room-directory.ts';
import { BadSearch, type Search, type SearchFault, searchedWords } from './search.ts';

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
    { config: { cost: 10 }, schema: { querystring: searchQuerySchema, response: { 200: searchResultsSchema } } },
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
