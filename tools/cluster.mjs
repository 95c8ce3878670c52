/**
 * `npm run cluster`: three nodes on one Redis and one PostgreSQL behind nginx, to try out a deployment of several nodes. Without nginx, the
 * nodes are used directly. Starts a Redis and a PostgreSQL, and deletes all data at the end. nginx listens on `PORT` (3000), the nodes on the
 * ports after it; 0 selects free ports.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, node, projectEnv, root } from './install.mjs';
import { buildPage } from './page-build.mjs';
import { find, installHint, requirePrograms } from './programs.mjs';
import { startNginx } from './proxies/nginx.mjs';
import { bind } from './proxies/proxy-process.mjs';

const nodeCount = 3;
const args = ['--conditions=@usher/source'];

if (process.send === undefined) launch();
else await serve();

/**
 * Runs this file again in a separate process group. Ctrl+C reaches the whole group of the terminal, and Redis and PostgreSQL must end after
 * the nodes.
 */
function launch() {
  const child = spawn(node, [...args, fileURLToPath(import.meta.url)], {
    cwd: root,
    env: projectEnv(),
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  child.once('error', (error) => fail(`Starting the cluster failed: ${error.message}`));
  child.once('exit', (code) => process.exit(code ?? 1));
}

async function serve() {
  const stopped = new Promise((resolve) => {
    // A second signal must not end this process before the servers.
    for (const event of ['SIGTERM', 'disconnect']) process.on(event, resolve);
  });
  await requirePrograms(['redis-server']);
  await buildPage();
  const { freePorts, PostgresServer, RedisServer } = await import('@usher/test-servers');
  const [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  const servers = [];
  let nginx;
  try {
    const port = Number(process.env.PORT ?? 3000);
    const listener = find('nginx') === undefined ? undefined : await bind(port);
    const ports =
      port === 0 ? await freePorts(nodeCount) : Array.from({ length: nodeCount }, (_, index) => port + 1 + index);
    const shared = {
      DATABASE_URL: await postgres.newDatabaseUrl(),
      REDIS_URL: `unix://${redis.socketPath}`,
      JWT_SECRET: randomBytes(32).toString('base64url'),
      DEMO_USERS: 'true',
      SIGN_UP: 'open',
      DRAIN_SECONDS: process.env.DRAIN_SECONDS ?? '1',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      ...(listener === undefined ? {} : { TRUST_PROXY: '1', ALLOWED_ORIGINS: originsOf([listener.port, ...ports]) }),
    };
    for (const nodePort of ports) servers.push(startNode({ ...shared, PORT: String(nodePort) }));
    const urls = await Promise.all(servers.map(({ url }) => url));
    if (listener !== undefined) nginx = await startNginx({ listener, nodes: urls.map((url) => new URL(url).host) });
    const lines = servers.map(({ child }, index) => `  ${urls[index]}   kill -9 ${child.pid}\n`);
    process.stdout.write(
      `\n${nginx === undefined ? `  nginx is not installed, so each node has its own URL (${installHint('nginx')})` : introduction(nginx)}\n\n` +
        `  Three nodes are ready, each with the command that kills it:\n\n${lines.join('')}\n` +
        '  Sign in as maggie, bart or lisa; the password is secret\n  Press Ctrl+C to stop.\n\n',
    );
    await stopped;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
  }
  for (const { child } of servers) child.kill('SIGTERM');
  await Promise.all(servers.map(({ exited }) => exited));
  await Promise.all([nginx?.stop(), redis.stop(), postgres.stop()]);
  process.exit();
}

/** The page may be opened at nginx, or at any of the nodes. */
function originsOf(ports) {
  return ports.flatMap((port) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]).join(',');
}

function introduction({ port, accessLog }) {
  return `  Usher is ready: http://127.0.0.1:${port} (nginx, without sticky sessions)\n  Access log, without tickets: ${accessLog}`;
}

/** Starts a node. `url` rejects if it ends before it is ready. */
function startNode(settings) {
  const child = spawn(node, [...args, join(root, 'apps/api/src/main.ts')], {
    cwd: root,
    env: projectEnv(settings),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const url = Promise.race([
    once(child, 'message').then(([{ url: listening }]) => listening),
    exited.then(([code]) => {
      throw new Error(`A node ended with ${code} before it was ready.`);
    }),
  ]);
  return { child, exited, url };
}
