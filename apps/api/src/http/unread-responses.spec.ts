import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { tempFolder } from '../testing/per-test.ts';
import { defaultTimeouts } from './connection-limits.ts';

/** A built page with forty chunks, and a file that is larger than all socket buffers. */
function newPage(): string {
  const root = join(tempFolder(), 'browser');
  mkdirSync(root);
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Usher</title>');
  for (let index = 10; index < 50; index++)
    writeFileSync(join(root, `chunk-ABCDEF${index}.js`), `export default ${index};`);
  writeFileSync(join(root, 'large.txt'), Buffer.alloc(32 * 1024 * 1024));
  return root;
}

/** A client that sends bytes and never reads. */
function unread(url: string, bytes: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  socket.on('error', () => undefined).write(bytes);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

/** The number of open files of a directory (Linux). */
function openIn(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

test('closes a connection whose response is not read', async () => {
  // Long enough for a busy machine to begin the response.
  const { app, url } = await newApp({}, newPage(), { timeouts: { ...defaultTimeouts, stallMs: 2_000 } });
  const accepted = once(app.server, 'connection') as Promise<[Socket]>;
  unread(url, request('/large.txt'));
  const [socket] = await accepted;
  await once(socket, 'close');
  expect(socket.bytesWritten).toBeGreaterThan(0);
});

test.runIf(process.platform === 'linux')('opens a file only after the previous responses are sent', async () => {
  const root = newPage();
  const { url } = await newApp({}, root);
  const clients = Array.from({ length: 3 }, () => unread(url, request('/large.txt').repeat(8)));
  await Promise.all(clients.map((client) => once(client, 'readable')));
  expect(openIn(root)).toBe(3);
  for (const client of clients) client.destroy();
  await expect.poll(() => openIn(root)).toBe(0);
});

test('serves a page of forty chunks over six reused connections', async () => {
  const { app, url } = await newApp({}, newPage());
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  onTestFinished(() => {
    agent.destroy();
  });
  let connections = 0;
  app.server.on('connection', () => (connections += 1));
  const load = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => get(`${url}${path}`, { agent }, resolve).on('error', reject));
  for (let visit = 0; visit < 2; visit++) {
    const responses = Array.from({ length: 40 }, async (_, index) => text(await load(`/chunk-ABCDEF${index + 10}.js`)));
    expect(await Promise.all(responses)).toEqual(
      Array.from({ length: 40 }, (_, index) => `export default ${index + 10};`),
    );
  }
  expect(connections).toBe(6);
});
