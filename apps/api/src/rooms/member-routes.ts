import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { membersSchema } from '@usher/chat-api/server';
import type { Member } from '@usher/chat-api';
import type { Memberships, Rooms } from '@usher/realtime/rooms';
import type { FastifyRequest } from 'fastify';
import { noContent, security, tags } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Users } from '../users/users.ts';
import type { RoomDirectory, VisibleRoom } from './room-directory.ts';

export interface MemberRoutesOptions {
  readonly rooms: RoomDirectory;
  readonly memberships: Memberships;
  readonly users: Users;
  /** Counts bytes that a user stores. @throws RequestError */
  readonly charge: (user: string, bytes: number) => void;
  readonly liveRooms: Pick<Rooms, 'memberAdded' | 'memberRemoved' | 'remove' | 'statusOf'>;
}

/** Approximate size of a membership with its index entries. */
const bytesPerMembership = 200;

const ofRooms = { tags: [tags.rooms], security: security.bearer };
const room = Type.String({ examples: ['general'] });
const roomParams = Type.Object({ room });
const memberParams = Type.Object({ room, user: Type.String({ examples: ['bart'] }) });

/** Lists, adds and removes members. A room that the caller may not see is always `not_found`. */
export const memberRoutes: FastifyPluginCallbackTypebox<MemberRoutesOptions> = (app, options, done) => {
  const { rooms, memberships, users, charge, liveRooms } = options;

  /** @throws HttpProblem see `authenticate`; 404 `not_found` */
  async function visibleRoom(
    request: FastifyRequest,
    name: string,
  ): Promise<{ readonly me: string; readonly room: VisibleRoom }> {
    const account = await app.authenticate(request);
    const room = await rooms.accessTo(account, name);
    if (room === undefined) throw new HttpProblem('not_found');
    return { me: account.user, room };
  }

  /** The list of members is available even if the presence store is not. */
  async function statusesOf(request: FastifyRequest, users: readonly string[]): ReturnType<Rooms['statusOf']> {
    try {
      return await liveRooms.statusOf(users);
    } catch (error) {
      request.log.warn({ err: error }, 'the presence of members could not be read');
      return new Map();
    }
  }

  app.get(
    '/rooms/:room/members',
    {
      config: { cost: 5 },
      schema: {
        ...ofRooms,
        operationId: 'listMembers',
        summary: 'List the members of a room',
        params: roomParams,
        response: { 200: membersSchema },
      },
    },
    async (request, reply) => {
      const { room: name } = request.params;
      const { room } = await visibleRoom(request, name);
      const users = await rooms.members(name);
      const statuses = await statusesOf(request, users);
      const members = users.map((user): Member => ({
        user,
        status: statuses.get(user) ?? 'offline',
        owner: user === room.owner,
      }));
      reply.header('cache-control', 'no-store');
      return { members };
    },
  );

  const addMember = {
    config: { problems: ['forbidden', 'quota_exceeded', 'storage_full'] },
    schema: {
      ...ofRooms,
      operationId: 'addMember',
      summary: 'Add a member to a private room, or oneself to a public room',
      params: memberParams,
      response: { 204: noContent },
    },
  } as const;
  app.put('/rooms/:room/members/:user', addMember, async (request, reply) => {
    const { room: name, user } = request.params;
    const { me, room } = await visibleRoom(request, name);
    if (!(room.private ? room.canManage : user === me)) throw new HttpProblem('forbidden');
    if ((await users.find(user)) === undefined) throw new HttpProblem('not_found');
    charge(me, bytesPerMembership);
    if (await memberships.add(name, user)) {
      liveRooms.memberAdded(name, user);
      request.log.info({ by: me, user, room: name }, 'member added');
    }
    return reply.code(204).send();
  });

  const removeMember = {
    config: { problems: ['forbidden'] },
    schema: {
      ...ofRooms,
      operationId: 'removeMember',
      summary: 'Remove a member from a room',
      description: 'Members of a private room receive `removed` at once, on every node.',
      params: memberParams,
      response: { 204: noContent },
    },
  } as const;
  app.delete('/rooms/:room/members/:user', removeMember, async (request, reply) => {
    const { room: name, user } = request.params;
    const { me, room } = await visibleRoom(request, name);
    if (user !== me && !room.canManage) throw new HttpProblem('forbidden');
    // The owner manages the members and therefore cannot leave.
    if (room.private && user === room.owner) throw new HttpProblem('forbidden');
    const left = await memberships.remove(name, user);
    // Also if the user was not a member: an earlier removal may have crashed before it evicted the connections.
    const { complete } = room.private ? await liveRooms.remove(name, user, 'not_found') : { complete: true };
    if (!room.private) liveRooms.memberRemoved(name, user);
    if (left) request.log.info({ by: me, user, room: name, complete }, 'member removed');
    // The membership has ended, but a node that did not respond may deliver until it loses its lease. A user who leaves cannot repeat the call.
    if (!complete && user !== me) throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000 });
    return reply.code(204).send();
  });

  done();
};
