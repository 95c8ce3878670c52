import type { Kysely } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { SessionStatusReader } from '../auth/session-status.ts';
import { Sessions } from '../auth/sessions.ts';
import type { Tables } from '../database/schema.ts';
import { Users } from '../users/users.ts';

/** An implementation of `SessionStatusReader` with an empty database. Closed after the test. */
export interface SessionStatusUnderTest {
  readonly reader: SessionStatusReader;
  readonly db: Kysely<Tables>;
}

const start = 1_700_000_000_000;
const hourMs = 3_600_000;
const clientInfo = { address: undefined, userAgent: undefined };

/** The contract suite of `SessionStatusReader`. Call it in the spec of an implementation. `create` is called for each test. */
export function sessionStatusContract(name: string, create: () => Promise<SessionStatusUnderTest>): void {
  async function open() {
    const { reader, db } = await create();
    let at = start;
    const now = () => at;
    const users = new Users(db, now);
    await users.add({ name: 'maggie', passwordHash: '', roles: ['admin'] });
    await users.add({ name: 'bart', passwordHash: '', roles: [] });
    const sessions = new Sessions(db, {
      ...{ idleMs: hourMs, absoluteMs: 24 * hourMs, maxPerUser: 5_000 },
      ...{ statuses: reader, now },
    });
    const begin = async (user: string): Promise<string> => (await sessions.start(user, clientInfo)).session;
    const pass = (ms: number) => {
      at += ms;
    };
    return { reader, users, sessions, begin, pass };
  }

  describe(`${name} fulfills the contract of session status readers`, () => {
    test('reads a session together with its user', async () => {
      const { reader, begin } = await open();
      const session = await begin('maggie');
      expect(await reader.lookUp(session, 'maggie')).toEqual({
        ended_at: null,
        ended_cause: null,
        last_seen_at: start,
        expires_at: start + 24 * hourMs,
        name: 'maggie',
        roles: ['admin'],
        disabled: 0,
      });
    });

    test('does not find an unknown session or a session of another user', async () => {
      const { reader, begin } = await open();
      const session = await begin('maggie');
      expect(await reader.lookUp('unknown', 'maggie')).toBeUndefined();
      expect(await reader.lookUp(session, 'bart')).toBeUndefined();
      expect(await reader.lookUp(session, 'unknown')).toBeUndefined();
    });

    test('reads many sessions in the order of the pairs, each as a single lookup does', async () => {
      const { reader, users, sessions, begin } = await open();
      const [good, ended, barts] = [await begin('maggie'), await begin('maggie'), await begin('bart')];
      await sessions.end([ended], 'password_changed');
      await users.setDisabled('bart', true);
      const pairs = [
        { session: barts, user: 'bart' },
        { session: 'unknown', user: 'maggie' },
        { session: good, user: 'maggie' },
        { session: good, user: 'bart' },
        { session: ended, user: 'maggie' },
        { session: good, user: 'maggie' },
        { session: '"]\\', user: "'{" },
      ];
      const rows = await reader.lookUpMany(pairs);
      expect(rows).toEqual(await Promise.all(pairs.map(({ session, user }) => reader.lookUp(session, user))));
      expect(rows.map((row) => row && [row.name, row.disabled, row.ended_cause])).toEqual([
        ['bart', 1, null],
        undefined,
        ['maggie', 0, null],
        undefined,
        ['maggie', 0, 'password_changed'],
        ['maggie', 0, null],
        undefined,
      ]);
      expect(await reader.lookUpMany([])).toEqual([]);
    });

    test('reads thousands of sessions at once', async () => {
      const { reader, begin } = await open();
      const session = await begin('maggie');
      const pairs = Array.from({ length: 5_000 }, (_, n) => ({
        session: n % 2 === 0 ? session : `unknown ${n}`,
        user: 'maggie',
      }));
      const rows = await reader.lookUpMany(pairs);
      expect(rows).toHaveLength(5_000);
      expect(rows.every((row, n) => (row !== undefined) === (n % 2 === 0))).toBe(true);
    });

    test('validates many sessions like one, but without counting it as use', async () => {
      const { reader, users, sessions, begin, pass } = await open();
      const [good, ended, barts] = [await begin('maggie'), await begin('maggie'), await begin('bart')];
      await sessions.end([ended], 'operator');
      await users.setDisabled('bart', true);
      pass(hourMs / 2);
      const pairs = [
        { session: good, user: 'maggie' },
        { session: ended, user: 'maggie' },
        { session: barts, user: 'bart' },
        { session: 'unknown', user: 'maggie' },
      ];
      expect(await sessions.validateMany(pairs)).toEqual([
        { state: 'good', user: 'maggie', roles: ['admin'], ends: start + 24 * hourMs },
        { state: 'session_ended', cause: 'operator' },
        { state: 'user_disabled' },
        { state: 'session_ended' },
      ]);
      expect(await reader.lookUp(good, 'maggie')).toMatchObject({ last_seen_at: start });
      expect(await sessions.validate(good, 'maggie')).toMatchObject({ state: 'good' });
      await sessions.flush();
      expect(await reader.lookUp(good, 'maggie')).toMatchObject({ last_seen_at: start + hourMs / 2 });
      pass(2 * hourMs);
      expect((await sessions.validateMany(pairs.slice(0, 1)))[0]).toEqual({ state: 'session_ended', cause: 'expired' });
    });
  });
}
