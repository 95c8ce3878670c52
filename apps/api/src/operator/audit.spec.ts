import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditTable } from '../database/schema.ts';
import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, test } from 'vitest';
import { onBothStorages, type StoredApp, twoNodes } from '../testing/both-storages.ts';
import { Browser } from '../testing/browser.ts';
import { tempFolder } from '../testing/per-test.ts';
import { type AuditHead, verifyChain } from './audit-chain.ts';
import { toEntry } from './audit-log.ts';

interface Entry {
  readonly seq: number;
  readonly action: string;
  readonly completes?: number;
  readonly [field: string]: unknown;
}

const entriesOf = (json: unknown): readonly Entry[] => (json as { entries: readonly Entry[] }).entries;

/** Runs the program as `npm run audit:verify` does. */
async function verify(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const program = ['--conditions=@usher/source', join(import.meta.dirname, 'audit-verify.ts')];
  const child = spawn(process.execPath, [...program, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

/** An app with six entries: bart was disabled and enabled, and sessions of lisa ended, each with its proof. */
async function usedApp(open: () => Promise<StoredApp>) {
  const app = await open();
  const admin = await new Browser(app).signIn('admin');
  await admin.ask('PUT', '/api/admin/users/bart', { disabled: true });
  await admin.ask('PUT', '/api/admin/users/bart', { disabled: false });
  await admin.ask('DELETE', '/api/admin/users/lisa/sessions');
  return { app, admin };
}

/** Reads the entries of a database, as the program does, and verifies them. */
async function verifyRows({ rows }: StoredApp): Promise<AuditHead> {
  const number = (value: unknown) => (value === null ? null : Number(value));
  const found = (await rows('audit ORDER BY seq')).map(
    (row) =>
      ({ ...row, seq: Number(row['seq']), at: Number(row['at']), completes: number(row['completes']) }) as AuditTable,
  );
  return verifyChain(found.map(toEntry));
}

/** Removes the triggers that protect the log, as an attacker with full access to the database would. */
async function unprotect({ execute, source }: StoredApp): Promise<void> {
  await execute(
    source[0] === '--db'
      ? `DROP TRIGGER audit_rejects_update; DROP TRIGGER audit_rejects_delete;
         DROP TRIGGER audit_head_rejects_update; DROP TRIGGER audit_head_rejects_delete`
      : `DROP TRIGGER audit_is_append_only ON audit;
         DROP TRIGGER audit_head_rejects_update ON audit_head; DROP TRIGGER audit_head_rejects_delete ON audit_head`,
  );
}

onBothStorages('the audit log', (open) => {
  test('contains every action with its operator, address and proof, newest first', async () => {
    const { admin } = await usedApp(open);
    const entries = entriesOf((await admin.ask('GET', '/api/admin/audit')).json);
    expect(entries.map(({ seq, action, completes }) => [seq, action, completes])).toEqual([
      [6, 'user.end_sessions', 5],
      [5, 'user.end_sessions', undefined],
      [4, 'user.enable', 3],
      [3, 'user.enable', undefined],
      [2, 'user.disable', 1],
      [1, 'user.disable', undefined],
    ]);
    expect(entries[5]).toMatchObject({
      ...{ by: 'admin', address: '127.0.0.1', target: 'bart' },
      detail: { disabled: true, wasDisabled: false },
    });
    expect(entries[4]).toMatchObject({ by: 'admin', target: 'bart', detail: { closed: 0, nodes: [{ closed: 0 }] } });
  });

  test('is filtered and paged', async () => {
    const { admin } = await usedApp(open);
    const pageOf = async (query: string) => (await admin.ask('GET', `/api/admin/audit?${query}`)).json;
    expect(entriesOf(await pageOf('action=user.disable'))).toHaveLength(2);
    expect(entriesOf(await pageOf('target=lisa'))).toHaveLength(2);
    expect(entriesOf(await pageOf('by=bart'))).toHaveLength(0);
    const first = await pageOf('limit=4');
    const second = await pageOf(`limit=4&cursor=${String(first?.['next'])}`);
    expect([...entriesOf(first), ...entriesOf(second)].map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(second).not.toHaveProperty('next');
    expect((await admin.ask('GET', '/api/admin/audit?cursor=x')).status).toBe(400);
  });

  test('rejects changes and deletions', async () => {
    const { app } = await usedApp(open);
    for (const statement of [
      `UPDATE audit SET by_user = 'bart'`,
      'DELETE FROM audit WHERE seq = 6',
      'UPDATE audit_head SET seq = 4',
      'DELETE FROM audit_head',
    ]) {
      await expect(app.execute(statement)).rejects.toThrow('the audit log is append-only');
    }
  });

  test('is verified in the database while the server runs', async () => {
    const { app } = await usedApp(open);
    const { code, output } = await verify(...app.source);
    expect([code, output]).toEqual([0, expect.stringMatching(/^Verified 6 entries[^]*--head 6:[\w-]{43}\n$/)]);
  });

  test.each([
    ['a changed entry', `UPDATE audit SET target = 'maggie' WHERE seq = 3`, 'entry 3 was changed'],
    ['a changed proof', `UPDATE audit SET detail = '{"closed":0}' WHERE seq = 4`, 'entry 4 was changed'],
    ['a detail that is not JSON', `UPDATE audit SET detail = '{' WHERE seq = 4`, 'JSON'],
    ['a deleted entry', 'DELETE FROM audit WHERE seq = 2', 'entry 2 is missing'],
    ['a deleted first entry', 'DELETE FROM audit WHERE seq = 1', 'entry 1 is missing'],
    [
      'an inserted entry',
      `INSERT INTO audit SELECT 7, at, 'bart', address, action, target, completes, detail, hash FROM audit WHERE seq = 6`,
      'entry 7 was changed',
    ],
    [
      'exchanged entries',
      'UPDATE audit SET seq = 99 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 99',
      'entry 3 was changed',
    ],
  ])('verification detects %s', async (_, statement, message) => {
    const { app } = await usedApp(open);
    await unprotect(app);
    await app.execute(statement);
    await expect(verifyRows(app)).rejects.toThrow(message);
  });

  test.each([
    ['the deleted newest entry', 'DELETE FROM audit WHERE seq = 6', 'entry 6 was recorded: the end was deleted'],
    ['the deletion of all entries', 'DELETE FROM audit', 'the log is empty, but entry 6 was recorded'],
    ['a deleted head', 'DELETE FROM audit_head', 'the table audit_head has no row'],
    ['a head that was set back', 'UPDATE audit_head SET seq = 5', 'entry 6 does not belong to the log'],
    ['a head with another hash', `UPDATE audit_head SET hash = 'x'`, 'entry 6 does not have the recorded hash'],
  ])('the command detects %s', async (_, statement, message) => {
    const { app } = await usedApp(open);
    await unprotect(app);
    await app.execute(statement);
    const { code, output } = await verify(...app.source);
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
  });

  test('a deleted end is still detected after more actions', async () => {
    const { app, admin } = await usedApp(open);
    await unprotect(app);
    await app.execute('DELETE FROM audit WHERE seq > 4');
    expect((await admin.ask('DELETE', '/api/admin/users/lisa/sessions')).status).toBe(200);
    const { code, output } = await verify(...app.source);
    expect([code, output]).toEqual([1, expect.stringContaining('entry 5 is missing: entry 7 is in its place')]);
  });

  test('the command detects with a noted head that the end and the head of the log were replaced', async () => {
    const { app } = await usedApp(open);
    const [, head = ''] = /--head (\S+)/.exec((await verify(...app.source)).output) ?? [];
    await unprotect(app);
    await app.execute(`DELETE FROM audit WHERE seq > 4;
      UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)`);
    expect(await verify(...app.source)).toMatchObject({ code: 0 });
    const { code, output } = await verify(...app.source, '--head', head);
    expect([code, output]).toEqual([1, expect.stringContaining('the end was deleted')]);
  });

  test('is exported as JSON Lines, which can be verified', async () => {
    const { admin } = await usedApp(open);
    const { status, headers, text } = await admin.ask('GET', '/api/admin/audit/export');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/jsonl; charset=utf-8']);
    const lines = text.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Entry).action)).toEqual([
      ...['user.disable', 'user.disable', 'user.enable', 'user.enable', 'user.end_sessions', 'user.end_sessions'],
      'audit.export',
    ]);
    const file = join(tempFolder(), 'export.jsonl');
    writeFileSync(file, text);
    expect(await verify('--file', file)).toMatchObject({ code: 0 });
    writeFileSync(file, text.replace('"target":"lisa"', '"target":"maggie"'));
    const { code, output } = await verify('--file', file);
    expect([code, output]).toEqual([
      1,
      'The audit log was changed: entry 5 was changed, or does not follow the entry before it\n',
    ]);
  });

  test('a rejected action leaves no entry', async () => {
    const { app, admin } = await usedApp(open);
    expect((await admin.ask('PUT', '/api/admin/users/unknown', { disabled: true })).status).toBe(404);
    expect((await admin.ask('PUT', '/api/admin/users/admin', { roles: [] })).status).toBe(400);
    const bart = await app.signIn('bart');
    expect((await app.call('DELETE', '/api/admin/connections/x', { token: bart })).status).toBe(403);
    expect(entriesOf((await admin.ask('GET', '/api/admin/audit')).json)).toHaveLength(6);
  });

  test('records an action before its effect, and the effect waits for the entry', async () => {
    const app = await open();
    const admin = await new Browser(app).signIn('admin');
    const bart = await app.connect('bart');
    // Entries are rejected from now on.
    await app.execute(
      app.source[0] === '--db'
        ? `CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no entry'); END`
        : `CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no entry'; END $$;
           CREATE TRIGGER rejecting BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION reject()`,
    );
    const [connection] = app.app.connections.list({ user: 'bart' });
    expect((await admin.ask('DELETE', `/api/admin/connections/${String(connection?.id)}`)).status).toBe(500);
    expect((await admin.ask('PUT', '/api/admin/users/bart', { disabled: true })).status).toBe(500);
    expect(await bart.ask('ping')).toMatchObject({ type: 'reply' });
    expect((await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } })).status).toBe(200);
  });
});

describe('the audit log of two nodes', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    return () => server.stop();
  });

  test('is one chain, even with concurrent actions', async () => {
    const nodes = await twoNodes(server);
    const admin = await new Browser(nodes[0]).signIn('admin');
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (nodes[index % 2] ?? nodes[0]).call('PUT', `/api/admin/rooms/${index % 3 === 0 ? 'general' : 'random'}`, {
          token: admin.token,
          body: { archived: index % 4 === 0 },
        }),
      ),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    // Each action and its proof.
    expect(await verifyRows(nodes[0])).toMatchObject({ seq: 40 });
  });
});

test('the verification names what is wrong with its arguments', async () => {
  for (const args of [
    ['--db', 'a', '--file', 'b'],
    ['--file', 'a', '--head', '7'],
  ]) {
    expect(await verify(...args)).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') as unknown });
  }
  const { code, output } = await verify('--database-url', 'postgres://usher:hidden-word@127.0.0.1:1/usher');
  expect(code).toBe(2);
  expect(output).not.toContain('hidden-word');
});
