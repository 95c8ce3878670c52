import { hash } from 'node:crypto';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import {
  deliverySchema,
  operatorRoomsQuerySchema,
  operatorRoomsSchema,
  roomChangeSchema,
} from '@usher/operator-api/server';
import { proofSchema } from '@usher/protocol/server';
import { RequestError } from '@usher/realtime';
import type { Appended, History, Rooms } from '@usher/realtime/rooms';
import { Type } from 'typebox';
import { noContent, operatorCall } from '../docs/operations.ts';
import { completeOrProblem, HttpProblem } from '../http/http-problem.ts';
import type { OperatorAccounts } from '../operator/accounts.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import { completeAction } from './complete-action.ts';
import { operatorCheck } from './operator.ts';

export interface RoomAdminRoutesOptions {
  readonly accounts: OperatorAccounts;
  readonly audit: AuditLog;
  readonly history: History;
  readonly liveRooms: Pick<Rooms, 'closeRoom' | 'deliver' | 'sendToMembers'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const roomParams = Type.Object({ room: Type.String() });
const messageParams = Type.Object({
  room: Type.String(),
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

/** Lists, archives and closes rooms, and deletes messages. Each change is recorded in the audit log. */
export const roomAdminRoutes: FastifyPluginCallbackTypebox<RoomAdminRoutesOptions> = (app, options, done) => {
  const { accounts, audit, history, liveRooms, now } = options;
  const operator = operatorCheck(app);

  app.get(
    '/admin/rooms',
    {
      config: { cost: 10 },
      schema: {
        ...operatorCall('listAllRooms', 'List all rooms'),
        querystring: operatorRoomsQuerySchema,
        response: { 200: operatorRoomsSchema },
      },
    },
    async (request, reply) => {
      await operator(request);
      reply.header('cache-control', 'no-store');
      return accounts.rooms(request.query);
    },
  );

  app.put(
    '/admin/rooms/:room',
    {
      schema: {
        ...operatorCall('updateRoom', 'Archive or restore a room'),
        params: roomParams,
        body: roomChangeSchema,
        response: { 200: deliverySchema },
      },
    },
    async (request) => {
      const by = await operator(request);
      const { room } = request.params;
      const { archived } = request.body;
      const recorded = await audit.within(async (transaction, record) => {
        const { numUpdatedRows } = await transaction
          .updateTable('rooms')
          .set({ archived_at: archived ? now() : null })
          .where('name', '=', room)
          .where('closed_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) throw new HttpProblem('not_found');
        return record({ ...by, action: archived ? 'room.archive' : 'room.restore', target: room });
      });
      const { complete, delivered, nodes } = await liveRooms.sendToMembers(room, 'archived', { room, archived });
      const proof = { delivered, nodes: [...nodes] };
      await audit.complete(recorded, proof);
      request.log.info({ by: by.by, room, archived, delivered }, 'room archived or restored by an operator');
      return completeOrProblem(complete, proof);
    },
  );

  app.delete(
    '/admin/rooms/:room/messages/:seq',
    {
      schema: {
        ...operatorCall('deleteMessage', 'Delete a message'),
        params: messageParams,
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      const by = await operator(request);
      const { room, seq } = request.params;
      const head = (await history.heads([room])).get(room);
      if (head === undefined || seq > head.seq) throw new HttpProblem('not_found');
      const recorded = await audit.record({ ...by, action: 'message.delete', target: room, detail: { seq } });
      let appended: Appended;
      try {
        // The same operator can repeat the call after a lost response: the key depends on the message only.
        appended = await history.append(room, { user: by.by, key: keyOf(room, seq), deletes: seq, byOperator: true });
      } catch (error) {
        await audit.complete(recorded, { deleted: false });
        if (error instanceof RequestError && error.code === 'bad_message') throw new HttpProblem('not_found');
        throw error;
      }
      liveRooms.deliver(appended, head.epoch);
      await audit.complete(recorded, { deleted: true, by: appended.message.seq });
      request.log.info({ by: by.by, room, seq }, 'message deleted by an operator');
      return reply.code(204).send();
    },
  );

  app.delete(
    '/admin/rooms/:room',
    { schema: { ...operatorCall('closeRoom', 'Close a room'), params: roomParams, response: { 200: proofSchema } } },
    async (request) => {
      const by = await operator(request);
      const { room } = request.params;
      const recorded = await audit.within(async (transaction, record) => {
        const { numUpdatedRows } = await transaction
          .updateTable('rooms')
          // Another room may have the title from now on.
          .set({ closed_at: now(), title_key: null, everyone: 0 })
          .where('name', '=', room)
          .where('closed_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) throw new HttpProblem('not_found');
        const removed = await transaction.deleteFrom('memberships').where('room', '=', room).executeTakeFirst();
        const members = Number(removed.numDeletedRows);
        return record({ ...by, action: 'room.close', target: room, detail: { members } });
      });
      const result = liveRooms.closeRoom(room, 'not_found');
      const message = 'room closed by an operator';
      return completeAction({ request, audit, recorded, result, fields: { room }, message });
    },
  );

  done();
};

/** A key in the format of a UUID. */
function keyOf(room: string, seq: number): string {
  return hash('sha256', `delete ${room} ${seq}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
