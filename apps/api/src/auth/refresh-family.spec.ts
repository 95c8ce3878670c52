import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { Users } from '../users/users.ts';
import { Refresher } from './refresher.ts';
import { Sessions } from './sessions.ts';
import { SqliteSessionStatusReader } from './sqlite-session-status.ts';

const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 };
const clientInfo = { address: '192.0.2.1', userAgent: 'test' };

/**
 * The possible events for the cookies of a session. Tabs share a cookie jar, responses may arrive out of order, and a thief may copy the
 * jar at any time.
 */
type Step =
  /** Tabs refresh at the same time, each with the cookie in the jar. */
  | { readonly kind: 'refresh'; readonly tabs: number; readonly overtaken: boolean }
  /** The response is lost: the server has rotated the token, the jar has the old one. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'steal' }
  | { readonly kind: 'thief' }
  | { readonly kind: 'sign out' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('refresh' as const),
      tabs: fc.integer({ min: 1, max: 4 }),
      overtaken: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 1_000, 4_999, 5_000, 5_001, 900_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lost' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'steal' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'thief' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sign out' } as const) },
);

/** The model of a session: its cookies and when they were consumed. */
interface Model {
  over: boolean;
  /** All issued cookies with the time of their first use. `undefined`: the current one. */
  readonly usedAt: Map<string, number | undefined>;
}

test('treats a cookie as current, within its grace period, or as reuse under any interleaving', async () => {
  const { kysely: db, sqlite, close } = await openDatabase(tempFolder());
  const statuses = new SqliteSessionStatusReader(sqlite);
  let now = 1_700_000_000_000;
  await new Users(db, () => now).add({ name: 'maggie', passwordHash: '', roles: [] });
  const sessions = new Sessions(db, { ...lifetime, maxPerUser: 1_000_000, statuses, now: () => now });
  const refresher = new Refresher(db, { ...lifetime, now: () => now });
  const met = new Set<string>();

  /** Refreshes, revokes like the route does, and compares with the model. Returns the next cookie. */
  async function redeem(model: Model, cookie: string): Promise<string | undefined> {
    const usedAt = model.usedAt.get(cookie);
    const wanted = model.over ? 'session_ended' : usedAt === undefined || now - usedAt <= 5_000 ? 'good' : 'reused';
    const refreshed = await refresher.refresh(cookie, clientInfo);
    expect(refreshed.state).toBe(wanted);
    met.add(usedAt !== undefined && refreshed.state === 'good' ? 'grace' : refreshed.state);
    if (refreshed.state === 'reused') {
      await sessions.end([refreshed.session], 'refresh_reused');
      model.over = true;
    }
    if (refreshed.state !== 'good') return undefined;
    if (usedAt === undefined) {
      expect(model.usedAt.has(refreshed.refresh), 'a first use gives a new one').toBe(false);
      model.usedAt.set(cookie, now);
      model.usedAt.set(refreshed.refresh, undefined);
    } else {
      expect(model.usedAt.get(refreshed.refresh), 'a late one gives the good one').toBeUndefined();
      expect(model.usedAt.has(refreshed.refresh)).toBe(true);
    }
    return refreshed.refresh;
  }

  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const started = await sessions.start('maggie', clientInfo);
      const model: Model = { over: false, usedAt: new Map([[started.refresh, undefined]]) };
      let jar = started.refresh;
      let loot: string | undefined;
      for (const each of steps) {
        if (each.kind === 'pass') now += each.ms;
        else if (each.kind === 'steal') loot = jar;
        else if (each.kind === 'thief') {
          if (loot !== undefined) loot = (await redeem(model, loot)) ?? loot;
        } else if (each.kind === 'lost') await redeem(model, jar);
        else if (each.kind === 'refresh') {
          const sent = jar;
          const results = [];
          for (let tab = 0; tab < each.tabs; tab++) results.push(await redeem(model, sent));
          // The jar has a valid cookie regardless of the order of the responses.
          const taken = each.overtaken ? results[0] : results.at(-1);
          if (taken !== undefined) {
            jar = taken;
            expect(model.usedAt.get(jar)).toBeUndefined();
          }
        } else {
          const owner = await refresher.ownerOf(jar);
          expect(owner).toEqual({ session: started.session, user: 'maggie' });
          await sessions.end([started.session], 'signed_out');
          model.over = true;
        }
      }
      const status = await sessions.validate(started.session, 'maggie');
      const expired = now - started.ends >= 0;
      expect(status.state).toBe(model.over || expired ? 'session_ended' : 'good');
      // Finally, old cookies must not be accepted.
      now += 5_001;
      const old = [...model.usedAt].find(([, at]) => at !== undefined);
      if (old !== undefined) {
        await redeem(model, old[0]);
        expect(model.over).toBe(true);
        for (const cookie of model.usedAt.keys()) expect(await redeem(model, cookie)).toBeUndefined();
      }
    }),
    { numRuns: 150 },
  );
  expect([...met].sort()).toEqual(['good', 'grace', 'reused', 'session_ended']);
  close();
});
