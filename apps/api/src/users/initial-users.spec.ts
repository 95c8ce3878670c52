import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

describe('the initial users', () => {
  test('cannot include an administrator with a password that is easy to guess: startup fails', async () => {
    const start = newApp({ ADMIN_USER: 'root', ADMIN_PASSWORD: 'Password1!' });
    await expect(start).rejects.toThrow(/^Invalid settings:\n {2}invalid ADMIN_PASSWORD: .*common/);
    await expect(start).rejects.not.toThrow('Password1!');
  });

  test('cannot include an administrator with a reserved name: startup fails', async () => {
    const start = newApp({ ADMIN_USER: 'system', ADMIN_PASSWORD: 'long enough' });
    await expect(start).rejects.toThrow('invalid ADMIN_USER: must not be "system", which is reserved');
  });

  test('are created in an empty database only', async () => {
    const app = await newApp({ DEMO_USERS: 'false', ADMIN_USER: 'root', ADMIN_PASSWORD: 'long enough' });
    expect((await app.call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } })).status).toBe(401);
    const token = await app.signIn('root', 'long enough');
    expect((await app.call('GET', '/api/me', { token })).json).toMatchObject({ user: 'root', roles: ['admin'] });
    expect((await app.call('GET', '/api/rooms', { token })).json).toEqual({ rooms: [] });
    await app.app.close();
    const again = await newApp({ DATA_DIR: app.dataDir });
    expect((await again.call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } })).status).toBe(401);
    expect((await again.call('GET', '/api/me', { token })).status).toBe(200);
  });

  test('are maggie, bart, lisa and an admin, with two public rooms, with DEMO_USERS=true', async () => {
    const { call, signIn } = await newApp();
    for (const user of ['maggie', 'bart', 'lisa', 'admin']) {
      const { json } = await call('GET', '/api/rooms', { token: await signIn(user) });
      expect(json).toEqual({
        rooms: [
          expect.objectContaining({ room: 'general', title: 'General', private: false, seq: 0, unread: 0 }),
          expect.objectContaining({ room: 'random', title: 'Random', private: false, seq: 0, unread: 0 }),
        ],
      });
    }
  });

  test('are not created in a database that has users, and an ignored ADMIN_USER is logged', async () => {
    const admin = { ADMIN_USER: 'Root', ADMIN_PASSWORD: 'long enough' };
    const app = await newApp();
    await app.app.close();
    const ignored = await newApp({ ...admin, DATA_DIR: app.dataDir });
    expect(ignored.log.filter((line) => line.includes('"level":"warn"')).join()).toMatch(
      /"user":"root".*ADMIN_USER is ignored/,
    );
    await ignored.app.close();
    const known = await newApp({ ...admin, ADMIN_USER: 'admin', DATA_DIR: app.dataDir });
    expect(known.log.join()).not.toContain('ADMIN_USER');
  });
});

describe('accounts with the demo password', () => {
  const publicly = { DEMO_USERS: 'false', PUBLIC_URL: 'https://chat.example.org' };

  /** The data directory of a server that ran with `DEMO_USERS=true`, changed by a statement. */
  async function demoFolder(statement = ''): Promise<string> {
    const { app, dataDir } = await newApp();
    await app.close();
    const database = new DatabaseSync(join(dataDir, 'usher.db'));
    database.exec(statement);
    database.close();
    return dataDir;
  }

  test('prevent startup with a public PUBLIC_URL, with their names and the fix', async () => {
    const start = newApp({ ...publicly, DATA_DIR: await demoFolder() });
    await expect(start).rejects.toThrow(
      /PUBLIC_URL: .*: admin, bart, lisa, maggie\. .*change their passwords or disable them/,
    );
  });

  test('prevent startup also if they are older than the mark, after one comparison of their hashes', async () => {
    const folder = await demoFolder(`UPDATE users SET demo_password = NULL;
      UPDATE users SET password_hash = '$argon2id$v=19$m=16,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA' WHERE name = 'lisa'`);
    await expect(newApp({ ...publicly, DATA_DIR: folder })).rejects.toThrow(': admin, bart, maggie. ');
    const database = new DatabaseSync(join(folder, 'usher.db'), { readOnly: true });
    const marks = database.prepare('SELECT name, demo_password FROM users ORDER BY name').all();
    database.close();
    expect(marks.map(({ name, demo_password: mark }) => [name, mark])).toEqual([
      ['admin', 1],
      ['bart', 1],
      ['lisa', 0],
      ['maggie', 1],
    ]);
  });

  test('do not prevent startup once each has another password or is disabled', async () => {
    const { app, dataDir, call, signIn } = await newApp();
    const token = await signIn('admin');
    for (const user of ['maggie', 'bart', 'lisa']) {
      await call('PUT', `/api/admin/users/${user}`, { token, body: { disabled: true } });
    }
    const body = { pwd: 'secret', newPwd: 'a walk along the pier' };
    expect((await call('PUT', '/api/me/password', { token, body })).status).toBe(200);
    await app.close();
    const again = await newApp({ ...publicly, DATA_DIR: dataDir });
    await expect(again.signIn('admin', body.newPwd)).resolves.toBeDefined();
    await expect(again.signIn('maggie')).rejects.toThrow('403');
  });

  test.each(['http://localhost:3000', 'http://usher.localhost', 'http://127.0.0.2:8080', 'http://[::1]:3000'])(
    'do not prevent startup at %s',
    async (url) => {
      const { signIn } = await newApp({ PUBLIC_URL: url });
      await expect(signIn('admin')).resolves.toBeDefined();
    },
  );

  test('cause a warning when the server listens on all addresses without a PUBLIC_URL', async () => {
    const { log } = await newApp({ HOST: '0.0.0.0' });
    const warnings = log.filter((line) => line.includes('"level":"warn"'));
    expect(warnings.join()).toMatch(/"users":\["admin","bart","lisa","maggie"\].*demo password/);
    expect((await newApp()).log.join()).not.toContain('demo password');
  });
});
