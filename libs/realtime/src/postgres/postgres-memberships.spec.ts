import { PostgresServer } from '@usher/test-servers';
import { beforeAll } from 'vitest';
import { membershipsContract, readMarkersContract } from '../testing.ts';
import type { MembershipsUnderTest } from '../testing/memberships-contract.ts';
import { PostgresHistory } from './postgres-history.ts';
import { PostgresMemberships } from './postgres-memberships.ts';
import { createRoomTables } from './schema.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

async function create(): Promise<MembershipsUnderTest> {
  const pool = await server.newDatabase();
  await createRoomTables(pool);
  const newNode = (): MembershipsUnderTest['here'] => {
    const memberships = new PostgresMemberships(pool);
    return { memberships, readMarkers: memberships, history: new PostgresHistory({ pool }) };
  };
  return {
    here: newNode(),
    there: newNode(),
    createRoom: async (room) => {
      await pool.query('INSERT INTO usher.room_heads (room) VALUES ($1)', [room]);
    },
    interrupt: async () => {
      await server.kill();
      return () => server.start();
    },
  };
}

membershipsContract('PostgresMemberships', create);
readMarkersContract('PostgresMemberships', create);
