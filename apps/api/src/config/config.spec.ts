import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { jwtSecret } from './jwt-secret.ts';
import { allowedOrigins, listeningUrl } from './origins.ts';
import { document, withSettingsTable } from './settings-table.ts';

type Env = Record<string, string>;
const load = (env: Env = {}): Config => loadConfig(env, '/nowhere');

function faults(env: Env): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function settingOf(fault: string): string | undefined {
  return /^invalid (\w+)/.exec(fault)?.[1];
}

describe('the settings', () => {
  test('have the documented defaults', () => {
    expect(load()).toStrictEqual({
      host: '127.0.0.1',
      otelSdkDisabled: false,
      otelTracesSampler: 'parentbased_always_on',
      otelTracesSamplerArg: 1,
      port: 3000,
      dataDir: './data',
      trustProxy: false,
      signUp: 'closed',
      signUpsPerAddress: 30,
      passwordMinLength: 8,
      demoUsers: false,
      ticketTtlSeconds: 30,
      accessTokenSeconds: 900,
      leaseSeconds: 1800,
      sessionIdleSeconds: 1_209_600,
      sessionSeconds: 2_592_000,
      maxSessionsPerUser: 100,
      replayEndsSession: false,
      maxConnections: 20_000,
      maxConnectionsPerUser: 10,
      maxConnectionsPerAddress: 1_000,
      connectsPerSecond: 500,
      redisWaitReplicas: 0,
      callsPerSecond: 30,
      sendsPerSecond: 20,
      maxMbPerUserPerDay: 50,
      maxDatabaseMb: 0,
      minFreeDiskMb: 100,
      maxRoomsPerUser: 1_000,
      maxRoomsPerUserPerHour: 60,
      requestsPerSecond: 100,
      heartbeatMs: 25_000,
      heartbeatGraceMs: 10_000,
      nodeLeaseMs: 9_000,
      presenceGraceMs: 10_000,
      drainSeconds: 10,
      drainDelaySeconds: 0,
      refusalsKept: 20_000,
      receiptsKept: 20_000,
      logLevel: 'info',
      webRoot: '/nowhere',
    });
    expect(Object.isFrozen(load())).toBe(true);
  });

  test('are listed in docs/deploying.md as in the schema', () => {
    const text = readFileSync(document, 'utf8');
    expect(text).toBe(withSettingsTable(text));
    expect(() => withSettingsTable('no table')).toThrow('markers');
  });

  test.each([
    [{ PORT: 'abc' }, 'invalid PORT "abc": must be an integer between 0 and 65535'],
    [{ SIGN_UP: 'maybe' }, 'invalid SIGN_UP "maybe": must be closed or open'],
    [{ DEMO_USERS: '1' }, 'invalid DEMO_USERS "1": must be false or true'],
    [
      { PUBLIC_URL: 'https://a:pw@b.example' },
      'invalid PUBLIC_URL: must be an origin like https://chat.example.org, without a path',
    ],
    [{ ADMIN_USER: 'root' }, 'invalid ADMIN_PASSWORD: must have 8 to 256 characters (required with ADMIN_USER)'],
  ])('reject %o with: %s', (env, fault) => {
    expect(faults(env)).toEqual([fault]);
  });

  test('keep the spaces of ADMIN_PASSWORD', () => {
    const password = ' long enough ';
    expect(load({ ADMIN_USER: ' root ', ADMIN_PASSWORD: password }).admin).toEqual({ user: 'root', password });
  });

  test('treat an empty variable as absent', () => {
    expect(load({ PORT: '', JWT_SECRET: '', METRICS_TOKEN: ' ' })).toStrictEqual(load());
  });

  test.each<[Env, Partial<Config>]>([
    [{ PORT: '0' }, { port: 0 }],
    [{ HOST: '::' }, { host: '::' }],
    [{ PUBLIC_URL: 'https://Chat.example.org:443/' }, { publicUrl: 'https://chat.example.org' }],
    [
      { ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080' },
      { allowedOrigins: ['https://a.example', 'http://b.example:8080'] },
    ],
    [{ TRUST_PROXY: 'off' }, { trustProxy: false }],
    [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
    [{ TRUST_PROXY: '10.0.0.0/8, ::1' }, { trustProxy: ['10.0.0.0/8', '::1'] }],
    [{ SIGN_UP: 'open' }, { signUp: 'open' }],
    [{ PASSWORD_MIN_LENGTH: '15' }, { passwordMinLength: 15 }],
    [{ DEMO_USERS: 'true' }, { demoUsers: true }],
    [{ SENDS_PER_SECOND: '0' }, { sendsPerSecond: 0, requestsPerSecond: 0 }],
    [{ REQUESTS_PER_SECOND: '0' }, { sendsPerSecond: 20, requestsPerSecond: 0 }],
    [
      { SENDS_PER_SECOND: '0', REQUESTS_PER_SECOND: '50' },
      { sendsPerSecond: 0, requestsPerSecond: 50 },
    ],
    [{ DRAIN_DELAY_SECONDS: '9' }, { drainDelaySeconds: 9 }],
    [{ ADMIN_USER: 'root', ADMIN_PASSWORD: 'long enough' }, { admin: { user: 'root', password: 'long enough' } }],
  ])('accept %o', (env, expected) => {
    expect(load(env)).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ['HOST', 'not a host'],
    ['PORT', '65536'],
    ['PORT', '3e3'],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['PUBLIC_URL', 'chat.example.org'],
    ['PUBLIC_URL', 'https://chat.example.org/path'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://a.example,,https://b.example'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['SIGN_UP', 'yes'],
    ['SIGN_UPS_PER_ADDRESS', '-1'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '65'],
    ['DEMO_USERS', '1'],
    ['TICKET_TTL_SECONDS', '0'],
    ['MAX_CONNECTIONS', '-1'],
    ['HEARTBEAT_MS', '1.5'],
    ['PRESENCE_GRACE_MS', '-1'],
    ['DRAIN_DELAY_SECONDS', '10'],
    ['METRICS_TOKEN', 'short'],
    ['LOG_LEVEL', 'loud'],
    ['REDIS_URL', 'redis://127.0.0.1'],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['REDIS_WAIT_REPLICAS', '-1'],
    ['DATABASE_URL', 'mysql://127.0.0.1'],
    ['DATABASE_MIGRATION_URL', 'localhost'],
  ])('reject %s=%s with the name of the setting', (name, value) => {
    expect(faults({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^invalid ${name}\\b.*: .{5}`))]);
  });

  test('reject REDIS_WAIT_REPLICAS with a Redis Cluster', () => {
    const shared = { DATABASE_URL: 'postgres://127.0.0.1/usher', JWT_SECRET: 'x'.repeat(32), REDIS_WAIT_REPLICAS: '1' };
    expect(faults({ ...shared, REDIS_URL: 'redis+sentinel://127.0.0.1/usher' })).toEqual([]);
    expect(faults({ ...shared, REDIS_URL: 'redis+cluster://127.0.0.1' })).toEqual([
      'invalid REDIS_WAIT_REPLICAS: must be 0 with Redis Cluster',
    ]);
  });

  test('report all invalid settings at once, without secrets', () => {
    const secrets = { JWT_SECRET: 'hush-hush', METRICS_TOKEN: 'psst', ADMIN_PASSWORD: 'secret!' };
    const all = faults({ ...secrets, ADMIN_USER: 'root', PORT: 'x', SIGN_UP: 'maybe' });
    expect(all.map(settingOf).sort()).toEqual(['ADMIN_PASSWORD', 'JWT_SECRET', 'METRICS_TOKEN', 'PORT', 'SIGN_UP']);
    for (const secret of Object.values(secrets)) expect(all.join()).not.toContain(secret);
  });

  test.each(['https://chat.example.org', 'http://192.168.1.20:3000', 'https://localhost.example.org'])(
    'reject DEMO_USERS at %s, which is not loopback',
    (url) => {
      expect(faults({ DEMO_USERS: 'true', PUBLIC_URL: url })).toEqual([
        expect.stringMatching(/^invalid DEMO_USERS "true": must be false/),
      ]);
      expect(faults({ DEMO_USERS: 'true', PUBLIC_URL: 'http://localhost:3000' })).toEqual([]);
    },
  );

  test('ignore the case of ADMIN_USER, which needs a letter or digit', () => {
    const password = { ADMIN_PASSWORD: 'long enough' };
    expect(load({ ADMIN_USER: 'Root', ...password })).toMatchObject({ admin: { user: 'root' } });
    expect(faults({ ADMIN_USER: '..', ...password })).toEqual([expect.stringContaining('ADMIN_USER')]);
  });

  test('require ADMIN_USER and ADMIN_PASSWORD together', () => {
    expect(faults({ ADMIN_USER: 'root' })).toEqual([expect.stringContaining('ADMIN_PASSWORD')]);
    for (const password of ['long enough', '        ']) {
      expect(faults({ ADMIN_PASSWORD: password })).toEqual([expect.stringMatching(/^invalid ADMIN_USER: must have/)]);
    }
  });
});

describe('the identity provider', () => {
  const whole = { JWKS_URL: 'https://id.example/keys', JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'chat' };

  test('is read unchanged', () => {
    const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = whole;
    expect(load(whole)).toMatchObject({
      identityProvider: { jwksUrl: 'https://id.example/keys', issuer, audience },
    });
  });

  test.each(['http://127.0.0.1:4444/keys', 'http://localhost/keys', 'http://[::1]/keys'])(
    'may have its keys at %s',
    (jwksUrl) => {
      expect(load({ ...whole, JWKS_URL: jwksUrl })).toMatchObject({ identityProvider: { jwksUrl } });
    },
  );

  test.each([
    ['JWKS_URL', 'http://id.example/keys'],
    ['JWKS_URL', 'http://127.0.0.1.example/keys'],
    ['JWKS_URL', 'https://user:pass@id.example/keys'],
    ['JWKS_URL', 'file:///etc/keys'],
    ['JWKS_URL', 'id.example/keys'],
    ['JWT_ISSUER', 'an issuer'],
    ['JWT_AUDIENCE', 'x'.repeat(257)],
  ])('is rejected with %s=%s', (name, value) => {
    expect(faults({ ...whole, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^invalid ${name}: must be .{5}`)),
    ]);
  });

  test('requires all three settings or none', () => {
    const missing =
      'invalid JWT_AUDIENCE: must be 1 to 256 visible ASCII characters (required with JWKS_URL and JWT_ISSUER)';
    expect(faults({ ...whole, JWT_AUDIENCE: '' })).toEqual([missing]);
    expect(faults({ JWT_AUDIENCE: 'chat' }).map(settingOf)).toEqual(['JWKS_URL', 'JWT_ISSUER']);
  });
});

describe('the allowed origins', () => {
  test('default to PUBLIC_URL, and on loopback to both localhost and 127.0.0.1', () => {
    expect(allowedOrigins(load(), 3000)).toEqual(['http://127.0.0.1:3000', 'http://localhost:3000']);
    expect(allowedOrigins(load({ PORT: '0', HOST: 'localhost' }), 4711)).toEqual([
      'http://localhost:4711',
      'http://127.0.0.1:4711',
    ]);
    expect(allowedOrigins(load({ PUBLIC_URL: 'https://chat.example.org' }), 3000)).toEqual([
      'https://chat.example.org',
    ]);
  });
  test('are exactly ALLOWED_ORIGINS if it is set', () => {
    expect(allowedOrigins(load({ ALLOWED_ORIGINS: 'https://a.example' }), 3000)).toEqual(['https://a.example']);
  });
  test('support IPv6 and wildcard hosts', () => {
    expect(listeningUrl(load({ HOST: '::1' }), 3000)).toBe('http://[::1]:3000');
    expect(listeningUrl(load({ HOST: '0.0.0.0' }), 80)).toBe('http://localhost');
  });
});

describe('the JWT secret', () => {
  function folder(): string {
    const dataDir = mkdtempSync(join(tmpdir(), 'usher-secret-'));
    onTestFinished(() => {
      rmSync(dataDir, { recursive: true });
    });
    return dataDir;
  }

  test('is generated once and stored for its owner only', () => {
    const dataDir = folder();
    const made = jwtSecret(load({ DATA_DIR: dataDir }));
    expect(Buffer.byteLength(made)).toBeGreaterThanOrEqual(32);
    expect(jwtSecret(load({ DATA_DIR: dataDir }))).toBe(made);
    expect(jwtSecret(load({ DATA_DIR: folder() }))).not.toBe(made);
    expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });
  test('is JWT_SECRET if it is set, and no file is written', () => {
    const dataDir = folder();
    const own = 'the operator’s own, and long enough';
    expect(jwtSecret(load({ DATA_DIR: dataDir, JWT_SECRET: own }))).toBe(own);
    expect(() => readFileSync(join(dataDir, 'jwt-secret'))).toThrow('ENOENT');
  });
  test('prevents startup if the stored secret is too short', () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'jwt-secret'), 'short');
    expect(() => jwtSecret(load({ DATA_DIR: dataDir }))).toThrow(ConfigError);
  });
});
