import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createUsher } from '@usher/server';
import { createCookieSessions } from '@usher/server/sessions';
import { listen, pageOrigin, startServer, token } from './testing/start-server.ts';

interface Result {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program. */
async function run(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Result> {
  const program = new URL('main.ts', import.meta.url).pathname;
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ['--conditions=@usher/source', program, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });
  child.stdin.on('error', () => undefined); // The program may end before it reads its input.
  child.stdin.end(input);
  const texts = { output: '', errors: '' };
  child.stdout.on('data', (data: Buffer) => (texts.output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (texts.errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...texts };
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

test('reads the token from the environment and exits with 0', async () => {
  const { code, output } = await run(['doctor', urlOf(await startServer()), '--origin', pageOrigin], {
    USHER_TOKEN: token,
  });
  expect(output).toContain('All checks passed.');
  expect(output).not.toContain(token);
  expect(code).toBe(0);
});

test('reads the token from the standard input, prints JSON and exits with 1', async () => {
  const args = ['doctor', urlOf(await startServer()), '--json', '--origin', pageOrigin];
  const { code, output } = await run(args, {}, 'a-wrong-token\n');
  expect(JSON.parse(output)).toMatchObject({ ok: false });
  expect(output).toContain('"culprit": "token_rejected"');
  expect(output).not.toContain('a-wrong-token');
  expect(code).toBe(1);
});

/** A server with passwords. Resolves to its port. */
async function startServerWithPasswords(): Promise<number> {
  const sessions = createCookieSessions({
    secret: 'a secret of this test that is long enough',
    allowedOrigins: [pageOrigin],
    signIn: (body) =>
      (body as { readonly pwd?: unknown }).pwd === 'a secret password' ? { user: 'maggie', roles: [] } : undefined,
  });
  const server = createServer((request, response) => {
    sessions.handler(request, response, () => response.writeHead(404).end());
  });
  const { authenticate, admit } = sessions;
  const usher = await createUsher({ allowedOrigins: [pageOrigin], rooms: ['general'], sessions, authenticate, admit });
  sessions.useRevoke((session, cause) => usher.revoke(session, cause));
  usher.attach(server);
  onTestFinished(async () => {
    await usher.close();
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

test('signs in with a password', async () => {
  const args = ['doctor', urlOf(await startServerWithPasswords()), '--user', 'maggie', '--origin', pageOrigin];
  const accepted = await run(args, { USHER_PASSWORD: 'a secret password' });
  expect([accepted.code, accepted.output]).toEqual([0, expect.stringContaining('signed in')]);
  const rejected = await run(args, {}, 'a wrong password\n');
  expect([rejected.code, rejected.output]).toEqual([1, expect.stringContaining('sign_in_failed')]);
  expect(accepted.output + rejected.output).not.toMatch(/a (?:secret|wrong) password/);
});

test.each([
  [['doctor', 'http://127.0.0.1', '--token', 'abc'], 'other users can read arguments'],
  [['doctor', 'http://127.0.0.1', '--password=abc'], 'other users can read arguments'],
  [['doctor', 'http://maggie:abc@127.0.0.1'], 'invalid URL'],
  [['doctor', 'ws://127.0.0.1'], 'invalid URL'],
  [['doctor'], 'exactly one URL'],
  [['nurse', 'http://127.0.0.1'], 'unknown command'],
  [['doctor', 'http://127.0.0.1', '--watch', 'long'], 'invalid --watch "long"'],
  [['doctor', 'http://127.0.0.1', '--origin', 'chat.example'], 'invalid --origin'],
  [['doctor', 'http://127.0.0.1', '--ticket-path', '//evil.example'], 'invalid --ticket-path'],
  [['doctor', 'http://127.0.0.1'], 'no access token: set USHER_TOKEN'],
])('rejects %j', async (args, message) => {
  const { code, errors, output } = await run(args);
  expect(errors).toContain(message);
  expect(errors + output).not.toContain('abc');
  expect(code).toBe(1);
});
