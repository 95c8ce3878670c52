/**
 * Bugs that the history checker must find. `in`: the file; `without`, `also`, `and`: texts that occur exactly once in it, and their replacements
 * (see `tools/threats/weaken.mjs`). `rule`: a rule that must be violated. `faults`: the faults that reveal the bug; any, if absent.
 */
export default [
  {
    id: 'publish-before-commit',
    bug: 'a message is acknowledged and published before its transaction is committed',
    in: 'libs/realtime/src/postgres/postgres-history.ts',
    without: [
      "const { rows } = await database.query<QueryResultRow>({\n      name: 'usher-append',",
      "const { rows } = await beforeCommit(database, {\n      name: 'usher-append',",
    ],
    also: [
      'function resultOf(',
      `async function beforeCommit(pool: Pool | PoolClient, query: { name: string; text: string; values: unknown[] }) {
  if (!('totalCount' in pool)) return pool.query<QueryResultRow>(query);
  const client = await pool.connect();
  client.on('error', () => undefined);
  await client.query('BEGIN');
  const result = await client.query<QueryResultRow>(query).catch((error: unknown) => {
    client.release(true);
    throw error;
  });
  setTimeout(() => {
    client.query('COMMIT').then(
      () => { client.release(); },
      () => { client.release(true); },
    );
  }, 20);
  return result;
}

function resultOf(`,
    ],
    rule: 'an acknowledged message is stored exactly once',
    faults: ['kill', 'postgres killed', 'postgres cut'],
  },
  {
    id: 'ticket-in-two-commands',
    bug: 'a ticket is read and consumed in two commands',
    in: 'libs/ticket/src/redis/redis-ticket-store.ts',
    without: [
      'const reply = await this.#run(\n      consumeScript,',
      "const found = await this.#redis.get(this.#key('t', hash));\n    const reply = found?.startsWith('v') === true ? ['ok', found.slice(27)] : await this.#run(\n      consumeScript,",
    ],
    also: [
      "if (outcome === 'ok' && claims !== undefined) {",
      "if (found?.startsWith('v') === true) await this.#redis.setrange(this.#key('t', hash), 0, 'u');\n    if (outcome === 'ok' && claims !== undefined) {",
    ],
    rule: 'a ticket opens one socket',
  },
  {
    id: 'resync-without-authorization',
    bug: 'missed messages are delivered without authorizing the members again',
    in: 'libs/realtime/src/rooms/rooms.ts',
    without: [
      'authorizeMembers: (room) => eviction.authorizeMembers(room),',
      'authorizeMembers: () => Promise.resolve(),',
    ],
    rule: 'a removed member receives nothing',
    faults: ['redis cut', 'redis hung'],
  },
  {
    id: 'lost-revocation',
    bug: 'a node confirms the revocation of a session without executing it',
    in: 'libs/realtime/src/revocation/session-revocation.ts',
    without: [
      'execute: (command) => this.#execute(command),',
      "execute: (command) => ('sessions' in command && options.connections.list().length % 2 === 1 ? 0 : this.#execute(command)),",
    ],
    rule: 'an ended session does nothing',
  },
];
