import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { node, root } from './install.mjs';

/** Starts the cluster on free ports. Resolves to the nodes when all are ready. */
async function start() {
  const env = { ...process.env, PORT: '0' };
  const launcher = spawn(node, [join(root, 'tools/cluster.mjs')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(launcher, 'exit');
  onTestFinished(async () => {
    launcher.kill('SIGINT');
    await exited;
  });
  let output = '';
  for await (const text of launcher.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text;
    if (output.includes('Ctrl+C')) break;
  }
  launcher.stdout.resume();
  const nodes = [...output.matchAll(/(http:\S+) +kill -9 (\d+)/g)].map(([, url, pid]) => ({ url, pid: Number(pid) }));
  const [, nginx] = /(http:\S+) \(nginx/.exec(output) ?? [];
  return { launcher, exited, nodes, nginx };
}

async function call(url, path, init = {}) {
  const response = await fetch(`${url}${path}`, init);
  return response.json();
}

/** Opens a socket with a ticket, as a page of the same URL does, and joins a room. Resolves to the frames that it receives. */
async function connect(url, ticket) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/api/ws?ticket=${ticket}`, {
    protocols: 'usher.v1',
    headers: { origin: url },
  });
  const frames = [];
  ws.addEventListener('message', ({ data }) => frames.push(JSON.parse(data)));
  onTestFinished(() => ws.close());
  await new Promise((resolve, reject) => {
    ws.addEventListener('open', resolve);
    ws.addEventListener('error', () => reject(new Error(`${url} rejects the WebSocket`)));
  });
  ws.send('{"type":"join","id":1,"room":"general"}');
  await expect.poll(() => frames.some(({ type, id }) => type === 'reply' && id === 1)).toBe(true);
  return { ws, frames };
}

test(
  'npm run cluster starts three nodes behind nginx that act as one, even after one is killed',
  { timeout: 180_000 },
  async () => {
    const { launcher, exited, nodes, nginx } = await start();
    expect(nodes).toHaveLength(3);
    const [first, second, third] = nodes;
    const tokenOf = async (user) => {
      const body = JSON.stringify({ user, pwd: 'secret' });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      return (await call(first.url, '/api/auth', init)).token;
    };
    const ticketOf = async (url, token) =>
      (await call(url, '/api/ws_ticket', { headers: { authorization: `Bearer ${token}` } })).ticket;
    const [maggie, bart] = [await tokenOf('maggie'), await tokenOf('bart')];
    const sender = await connect(second.url, await ticketOf(third.url, maggie));
    const behind = await connect(nginx, await ticketOf(nginx, bart));
    const receiver = await connect(first.url, await ticketOf(second.url, bart));
    const send = (id, text) => {
      const key = `00000000-0000-4000-8000-00000000000${id}`;
      sender.ws.send(JSON.stringify({ type: 'send', id, room: 'general', key, text }));
    };
    const texts = () => receiver.frames.filter(({ type }) => type === 'message').map(({ text }) => text);
    send(2, 'with three nodes');
    await expect.poll(texts).toEqual(['with three nodes']);
    process.kill(third.pid, 'SIGKILL');
    send(3, 'with two nodes');
    await expect.poll(texts).toEqual(['with three nodes', 'with two nodes']);
    await expect.poll(() => behind.frames.filter(({ type }) => type === 'message').length).toBe(2);
    // One call to each node: nginx repeats the one to the killed node on another node.
    for (let count = 0; count < 3; count += 1) expect((await fetch(`${nginx}/api/health/live`)).status).toBe(200);
    // Like pressing Ctrl+C several times while the nodes close their connections.
    const again = setInterval(() => launcher.kill('SIGINT'), 20);
    onTestFinished(() => clearInterval(again));
    expect(await exited).toEqual([0, null]);
    for (const { pid } of nodes) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(nginx)).rejects.toThrow();
  },
);
