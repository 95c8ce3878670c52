/**
 * Connections that clients may hold open while the server stops. Each case has a `name`. `hold(server)` opens connections and resolves when
 * the server has accepted them, to nothing or to `{before, after}`: `before` runs right before the signal, and `after` checks after the exit
 * what clients received. Optional: `settings` and `nodeOptions` of the server; `stop`, the signal that stops it (SIGTERM); `code`, the
 * expected exit code (0).
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../install.mjs';
import { fillRoom, hold, keepAlive, pausedWebSockets, readAll, send, signInRequest, unread } from './clients.mjs';

/** The largest file of the page, where it is built; otherwise a path that returns 404. */
const [pageScript = 'main.js'] = globSync('main-*.js', { cwd: join(root, 'apps/web/dist/browser') });

const halfHead = 'GET /api/health/live HTTP/1.1\r\nHost: us';
const halfUpgrade =
  'GET /api/ws?ticket=x HTTP/1.1\r\nHost: usher\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Ver';
const halfBody = signInRequest().slice(0, -10);

/** Throws from the event loop of the server, `count` times 50 ms apart, when it receives SIGUSR2. */
const throwing = (count) => [
  '--import',
  `data:text/javascript,process.on('SIGUSR2',()=>{let n=${count};const t=()=>{if(--n>0)setTimeout(t,50);throw new Error('injected')};t()})`,
];

/** Makes `localhost` resolve to two addresses, for which Fastify creates two servers. */
const twoAddresses = [
  '--import',
  `data:text/javascript,import dns from 'node:dns';const l=dns.lookup;dns.lookup=(h,o,c)=>h==='localhost'&&o.all?c(null,[{address:'127.0.0.1',family:4},{address:'127.0.0.2',family:4}]):l(h==='localhost'?'127.0.0.1':h,o,c)`,
];

/** @throws Error unless the response is a complete 200 with `Connection: close`. */
async function mustBeAnswered(socket) {
  const response = await readAll(socket);
  if (!response.startsWith('HTTP/1.1 200') || !/^connection: close\r$/im.test(response)) {
    throw new Error(`the response to the request in flight was ${JSON.stringify(response.slice(0, 300))}`);
  }
}

export const stopCases = [
  { name: 'nothing open', hold: () => undefined },
  { name: 'nothing open, SIGINT', stop: 'SIGINT', hold: () => undefined },
  {
    name: 'idle keep-alive connections',
    hold: async ({ port }) => {
      for (let n = 0; n < 20; n++) await keepAlive(port);
    },
  },
  {
    name: 'idle TCP connections, nothing sent',
    hold: async ({ port }) => {
      for (let n = 0; n < 20; n++) await hold(port);
    },
  },
  { name: 'half-sent headers', hold: async ({ port }) => void (await hold(port, halfHead)) },
  { name: 'half-sent upgrade', hold: async ({ port }) => void (await hold(port, halfUpgrade)) },
  { name: 'half-sent body', hold: async ({ port }) => void (await hold(port, halfBody)) },
  {
    name: 'downloads that are not read',
    settings: { SENDS_PER_SECOND: '0' },
    hold: async ({ url, port }) => {
      const token = await fillRoom(url);
      const request = `GET /api/rooms/general/messages?limit=200 HTTP/1.1\r\nHost: usher\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      for (let n = 0; n < 3; n++) await unread(port, request.repeat(3));
    },
  },
  {
    name: 'files of the page that are not read',
    hold: async ({ port }) => void (await unread(port, `GET /${pageScript} HTTP/1.1\r\nHost: usher\r\n\r\n`.repeat(8))),
  },
  {
    name: '20 paused WebSocket readers',
    settings: { MAX_CONNECTIONS_PER_USER: '50' },
    hold: async (server) => void (await pausedWebSockets(server, 20)),
  },
  {
    name: '5 paused WebSocket readers with 2.4 MB to read',
    settings: { SENDS_PER_SECOND: '0' },
    hold: async (server) => {
      await pausedWebSockets(server, 5, 'general');
      await fillRoom(server.url);
    },
  },
  {
    name: '200 queued sign-ins',
    hold: async ({ port }) => {
      const sockets = await Promise.all(Array.from({ length: 200 }, () => hold(port)));
      return { before: () => Promise.all(sockets.map((socket) => send(socket, signInRequest()))) };
    },
  },
  {
    name: 'one sign-in in flight on a keep-alive connection',
    hold: async ({ port }) => {
      const socket = await keepAlive(port);
      return { before: () => send(socket, signInRequest()), after: () => mustBeAnswered(socket) };
    },
  },
  {
    name: '50 pipelined requests, responses not read',
    hold: async ({ port }) =>
      void (await hold(port, 'GET /api/health/live HTTP/1.1\r\nHost: usher\r\n\r\n'.repeat(50))),
  },
  {
    name: 'pipelined sign-ins before a half-sent body',
    hold: async ({ port }) => {
      const socket = await hold(port);
      return { before: () => send(socket, signInRequest().repeat(5) + halfBody) };
    },
  },
  {
    name: 'a new TCP connection every 20 ms',
    hold: async ({ port, exited }) => {
      let stopped = false;
      void exited.then(() => (stopped = true));
      await hold(port);
      void (async () => {
        while (!stopped) {
          await Promise.race([hold(port, halfHead), delay(20)]).catch(() => undefined);
          await delay(20);
        }
      })();
    },
  },
  {
    name: 'each signal three times, with a half-sent body',
    hold: async ({ port, pid }) => {
      await hold(port, halfBody);
      return {
        before() {
          process.kill(pid, 'SIGINT');
          process.kill(pid, 'SIGTERM');
        },
      };
    },
  },
  {
    name: 'uncaught exception, with a half-sent body',
    nodeOptions: throwing(1),
    stop: 'SIGUSR2',
    code: 1,
    hold: async ({ port }) => void (await hold(port, halfBody)),
  },
  {
    name: 'uncaught exceptions every 50 ms, with a half-sent body',
    nodeOptions: throwing(100),
    stop: 'SIGUSR2',
    code: 1,
    hold: async ({ port }) => void (await hold(port, halfBody)),
  },
  {
    name: 'HOST=localhost, everything half sent on the second address',
    settings: { HOST: 'localhost' },
    nodeOptions: twoAddresses,
    hold: async ({ port }) => {
      const host = '127.0.0.2';
      for (const bytes of ['', halfHead, halfUpgrade, halfBody]) await hold(port, bytes, { host });
      await keepAlive(port, { host });
      const socket = await keepAlive(port, { host });
      return { before: () => send(socket, signInRequest()), after: () => mustBeAnswered(socket) };
    },
  },
];
