import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { membersSchema } from '@usher/protocol/server';
import type { Member } from '@usher/protocol';
import type { Marks, Rooms } from '@usher/realtime';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';
import type { Users } from '../users/users.ts';
import type { RoomDirectory, SeenRoom } from './room-directory.ts';

export interface MemberRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly marks: Marks;
  readonly users: Users;
  /** Counts bytes that a user stores. @throws RequestError */
  readonly charge: (user: string, bytes: number) => void;
  readonly hub: Pick<Rooms, 'added' | 'dropped' | 'remove' | 'statusOf'>;
}

/** About what a membership takes, with its index entries. */
const bytesPerMembership = 200;

const roomParams = Type.Object({ room: Type.String() });
const memberParams = Type.Object({ room: Type.String(), user: Type.String() });

/** Whose rooms are whose. To whoever may not see a room it is not there, whatever they ask of it. */
export const memberRoutes: FastifyPluginCallbackTypebox<MemberRoutesOptions> = (app, options, done) => {
  const { rooms, marks, users, charge, hub } = options;

  /** @throws HttpProblem as `authenticate` does, and 404 `not_found` */
  async function seen(
    request: FastifyRequest,
    name: string,
  ): Promise<{ readonly me: string; readonly room: SeenRoom }> {
    const account = await app.authenticate(request);
    const room = await rooms.see(account, name);
    if (room === undefined) throw new HttpProblem('not_found');
    return { me: account.user, room };
  }

  app.get(
    '/rooms/:room/members',
    { config: { cost: 5 }, schema: { params: roomParams, response: { 200: membersSchema } } },
    async (request, reply) => {
      const { room: name } = request.params;
      const { room } = await seen(request, name);
      const members = (await rooms.members(name)).map((user): Member => ({
        user,
        status: hub.statusOf(user),
        owner: user === room.owner,
      }));
      reply.header('cache-control', 'no-store');
      return { members };
    },
  );

  app.put('/rooms/:room/members/:user', { schema: { params: memberParams } }, async (request, reply) => {
    const { room: name, user } = request.params;
    const { me, room } = await seen(request, name);
    if (!(room.private ? room.manages : user === me)) throw new HttpProblem('forbidden');
    if ((await users.find(user)) === undefined) throw new HttpProblem('not_found');
    charge(me, bytesPerMembership);
    if (await marks.enter(name, user)) {
      hub.added(name, user);
      request.log.info({ by: me, user, room: name }, 'somebody is a member now');
    }
    return reply.code(204).send();
  });

  app.delete('/rooms/:room/members/:user', { schema: { params: memberParams } }, async (request, reply) => {
    const { room: name, user } = request.params;
    const { me, room } = await seen(request, name);
    if (user !== me && !room.manages) throw new HttpProblem('forbidden');
    // Without the one who made it nobody would be left to say who is a member.
    if (room.private && user === room.owner) throw new HttpProblem('forbidden');
    const left = await marks.leave(name, user);
    // Also when they were none by then: whoever took them out first may not have lived to tell.
    if (room.private) hub.remove(name, user, 'not_found');
    else hub.dropped(name, user);
    if (left) request.log.info({ by: me, user, room: name }, 'somebody is no member any more');
    return reply.code(204).send();
  });

  done();
};
