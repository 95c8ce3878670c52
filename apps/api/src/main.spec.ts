import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { client } from './testing/new-app.ts';
import { tempFolder } from './testing/per-test.ts';

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly exit: Promise<Exit>;
}

/** Exit code and signal. */
type Exit = readonly [number | null, NodeJS.Signals | null];

async function ended(child: ChildProcess): Promise<Exit> {
  const exit: unknown[] = await once(child, 'exit');
  return exit as unknown as Exit;
}

const node = ['--conditions=@usher/source', join(import.meta.dirname, 'main.ts')];

function environment(env: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE, PORT: '0', DEMO_USERS: 'true', ...env };
}

/** Starts the server as an operator does, and waits until it listens. */
async function start(env: Record<string, string>, ipc = false): Promise<Running> {
  const child = spawn(process.execPath, node, {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
  });
  const exit = ended(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  if (child.stdout === null) throw new Error('the server has no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg?: string; url?: string };
    if (entry.msg !== 'ready' || entry.url === undefined) continue;
    child.stdout.resume();
    return { process: child, url: entry.url, exit };
  }
  throw new Error('the server ended before it was ready');
}

describe('the server process', () => {
  test('prints all invalid settings and exits with code 1', async () => {
    const child = spawn(process.execPath, node, {
      env: environment({ DATA_DIR: tempFolder(), PORT: 'http', SIGN_UP: 'maybe', JWT_SECRET: 'hush' }),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), ended(child)]);
    expect(code).toBe(1);
    expect(said).toMatch(/^ {2}invalid PORT "http": must be an integer between 0 and 65535$/m);
    expect(said).toMatch(/^ {2}invalid SIGN_UP "maybe": must be closed or open$/m);
    expect(said).toMatch(/^ {2}invalid JWT_SECRET: must be at least 32 bytes$/m);
    expect(said).not.toContain('hush');
  });

  test('exits with code 1 and a reason if its port or data directory is in use', async () => {
    const folder = tempFolder();
    const { url } = await start({ DATA_DIR: folder });
    for (const [env, words] of [
      [{ DATA_DIR: tempFolder(), PORT: new URL(url).port }, 'PORT: '],
      [{ DATA_DIR: folder }, 'DATA_DIR: '],
    ] as const) {
      const child = spawn(process.execPath, node, { env: environment(env), stdio: ['ignore', 'ignore', 'pipe'] });
      // If the test times out, the port becomes free, and the server would start and run forever.
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      const [said, [code]] = await Promise.all([text(child.stderr), ended(child)]);
      expect(code).toBe(1);
      expect(said.startsWith(words)).toBe(true);
    }
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('drains and exits with code 0 on %s', async (signal) => {
    const { process: child, url, exit } = await start({ DATA_DIR: tempFolder(), DRAIN_SECONDS: '2' });
    const socket = await client(url).connect('maggie');
    child.kill(signal);
    expect(await socket.closed).toBe(1012);
    expect(await exit).toEqual([0, null]);
  });

  test('ignores further signals while a client does not close its connection', async () => {
    const { process: child, url, exit } = await start({ DATA_DIR: tempFolder(), DRAIN_SECONDS: '6' });
    const { connect, call } = client(url);
    const socket = await connect('maggie');
    // The client stops reading, so it does not finish the closing handshake.
    socket.ws.pause();
    child.kill('SIGINT');
    let status = 200;
    while (status === 200) ({ status } = await call('GET', '/api/health/ready'));
    expect(status).toBe(503);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  test('exits with code 0 on a signal during startup', async () => {
    const child = spawn(process.execPath, node, {
      env: environment({ DATA_DIR: tempFolder(), LOG_LEVEL: 'info' }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = ended(child);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    // This line is logged in the middle of the start.
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('node started')) break;
    child.stdout.resume();
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  test('returns 503 from "ready" with an open port during DRAIN_DELAY_SECONDS, even without connections', async () => {
    const {
      process: child,
      url,
      exit,
    } = await start({
      DATA_DIR: tempFolder(),
      DRAIN_SECONDS: '2',
      DRAIN_DELAY_SECONDS: '1',
    });
    child.kill('SIGTERM');
    let status = 200;
    while (status === 200) ({ status } = await client(url).call('GET', '/api/health/ready'));
    expect(status).toBe(503);
    expect(await exit).toEqual([0, null]);
  });

  test('prints one line that names DATA_DIR and exits with code 1 if the directory is unusable', async () => {
    const child = spawn(process.execPath, node, {
      env: environment({ DATA_DIR: '/proc/usher-data' }),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), ended(child)]);
    expect(code).toBe(1);
    expect(said).toMatch(/^DATA_DIR: cannot use "\/proc\/usher-data" [^\n]+\n$/);
  });

  test('exits when its parent process exits', async () => {
    const { process: child, exit } = await start({ DATA_DIR: tempFolder() }, true);
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  test('exits when its parent process exited before it was ready', async () => {
    const child = spawn(process.execPath, node, {
      env: environment({ DATA_DIR: tempFolder() }),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.disconnect();
    expect(await ended(child)).toEqual([0, null]);
  });

  test('sends its listening address to the parent, even with a PUBLIC_URL', async () => {
    const child = spawn(process.execPath, node, {
      env: environment({ DATA_DIR: tempFolder(), DEMO_USERS: 'false', PUBLIC_URL: 'https://chat.example.org' }),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
    expect(message.type).toBe('ready');
    expect((await fetch(`${message.url}/api/health/ready`)).status).toBe(200);
  });
});

describe('kill -9 while twenty clients send', () => {
  interface Sent {
    readonly key: string;
    readonly text: string;
    seq?: number;
  }

  test('loses no acknowledged message and stores repeated messages once', async () => {
    const env = { DATA_DIR: tempFolder(), SENDS_PER_SECOND: '0', MAX_CONNECTIONS_PER_USER: '20' };
    const first = await start(env);
    const users = ['maggie', 'bart', 'lisa', 'admin'];
    const { connect, signIn } = client(first.url);
    const tokens = await Promise.all(users.map((user) => signIn(user)));
    const sent: Sent[][] = [];
    let acknowledged = 0;
    let enough: () => void = () => undefined;
    const plenty = new Promise<void>((resolve) => {
      enough = resolve;
    });

    // All clients connect before the first one sends, so that all of them are sending when the server is killed.
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const socket = await connect(users[index % 4] ?? '', tokens[index % 4]);
        await socket.data('join', { room: 'general' });
        return socket;
      }),
    );
    const streams = sockets.map(async (socket, index) => {
      const mine: Sent[] = [];
      sent[index] = mine;
      // Ten messages in flight at any time, until the server is killed.
      const lane = async (): Promise<void> => {
        for (;;) {
          const message: Sent = { key: crypto.randomUUID(), text: `${index}/${mine.length}` };
          mine.push(message);
          const { seq } = await socket.data('send', { room: 'general', key: message.key, text: message.text });
          message.seq = Number(seq);
          acknowledged++;
          if (acknowledged === 1_000) enough();
        }
      };
      await Promise.allSettled(Array.from({ length: 10 }, lane));
      expect(await socket.closed).toBe(1006);
    });
    await Promise.race([plenty, Promise.all(streams)]);
    first.process.kill('SIGKILL');
    await Promise.all(streams);
    expect(await first.exit).toEqual([null, 'SIGKILL']);

    const second = await start(env);
    const again = client(second.url);
    const tokensAgain = await Promise.all(users.map((user) => again.signIn(user)));
    const token = tokensAgain[0] ?? '';
    const stored = await everything(again, token);
    const all = sent.flat();
    const acked = all.filter(({ seq }) => seq !== undefined);
    expect(acked.length).toBeGreaterThanOrEqual(1_000);
    expect(all.length).toBeGreaterThan(acked.length);
    for (const { seq, text: wanted } of acked) expect(stored.get(seq ?? 0)).toBe(wanted);

    // Repeats all messages with their keys, like clients without an acknowledgment.
    await Promise.all(
      sent.map(async (mine, index) => {
        const socket = await again.connect(users[index % 4] ?? '', tokensAgain[index % 4]);
        await socket.data('join', { room: 'general' });
        for (const { key, text: wanted, seq } of mine) {
          const reply = await socket.data('send', { room: 'general', key, text: wanted });
          if (seq !== undefined) expect(reply['seq']).toBe(seq);
        }
      }),
    );
    const texts = [...(await everything(again, token)).values()];
    expect(texts.length).toBe(all.length);
    expect(new Set(texts)).toEqual(new Set(all.map(({ text: wanted }) => wanted)));
  }, 60_000);

  /** Reads all messages of the room over HTTP. The sequences must have no gap. */
  async function everything({ call }: ReturnType<typeof client>, token: string): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    for (let before = '', more = true; more;) {
      const { json } = await call('GET', `/api/rooms/general/messages?limit=200${before}`, { token });
      const messages = json?.['messages'] as { seq: number; text: string }[];
      for (const { seq, text: each } of messages) found.set(seq, each);
      before = `&before=${String(messages[0]?.seq)}`;
      more = json?.['more'] === true;
    }
    expect(Math.max(...found.keys())).toBe(found.size);
    return found;
  }
});
