import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { examineBehind, failures } from '../testing/examine-behind.ts';

/** Cuts a connection that carries no data for `ms`, as the idle timeout of a proxy does. */
function cutAfter(ms: number) {
  return (client: Duplex, upstream: Duplex): void => {
    client.pipe(upstream).pipe(client);
    const timer = setTimeout(() => upstream.destroy(), ms);
    client.on('data', () => timer.refresh());
    upstream.on('data', () => timer.refresh());
    client.on('close', () => {
      clearTimeout(timer);
    });
  };
}

const quick = { connectionsOptions: { heartbeatMs: 200, heartbeatGraceMs: 200 } };
const slow = { connectionsOptions: { heartbeatMs: 600_000, heartbeatGraceMs: 10_000 } };

test('reports that heartbeats keep a connection open, and that the server closes a client that does not reply', async () => {
  const report = await examineBehind({ server: quick, options: { watchMs: 1_500 } });
  expect(failures(report)).toEqual([]);
  expect(report.checks.find(({ name }) => name === 'watch')?.message).toContain('is closed with 4008');
});

test('names an idle timeout that is shorter than the heartbeat', async () => {
  const report = await examineBehind({
    server: slow,
    fault: { connect: cutAfter(300) },
    options: { watchMs: 5_000 },
  });
  expect(failures(report)).toEqual([['watch', 'idle_timeout']]);
  expect(JSON.stringify(report)).toContain('proxy_read_timeout');
});

test('names a connection that the server closes', async () => {
  const report = await examineBehind({ server: { ...slow, leaseSeconds: 1 }, options: { watchMs: 20_000 } });
  expect(failures(report)).toEqual([['watch', 'connection_closed']]);
});

/** An empty log file. It is deleted when the test finishes. */
function newLog(): string {
  const folder = mkdtempSync(join(tmpdir(), 'usher-cli-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'access.log');
  writeFileSync(file, 'GET /api/ws?ticket=of-another-client 101\n');
  return file;
}

test('finds its own ticket in the access log', async () => {
  const accessLog = newLog();
  const log = (url: string): void => {
    appendFileSync(accessLog, `GET ${url} 101\n`);
  };
  const report = await examineBehind({ fault: { log }, options: { accessLog } });
  expect(failures(report)).toEqual([['access log', 'ticket_in_access_log']]);
});

test('accepts an access log without queries', async () => {
  const accessLog = newLog();
  const log = (url: string): void => {
    appendFileSync(accessLog, `GET ${url.split('?')[0] ?? ''} 101\n`);
  };
  const report = await examineBehind({ fault: { log }, options: { accessLog } });
  expect(failures(report)).toEqual([]);
  expect(report.checks.at(-1)).toMatchObject({ name: 'access log', status: 'ok' });
});

test.each([
  ['has no line of the handshake', newLog],
  ['does not exist', () => '/nowhere/access.log'],
])('does not accept an access log that %s', async (_title, fileOf) => {
  const report = await examineBehind({ options: { accessLog: fileOf(), timeoutMs: 1_000 } });
  expect(failures(report)).toEqual([['access log', 'access_log_unreadable']]);
});
