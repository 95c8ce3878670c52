import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { tempFolder } from '../testing/per-test.ts';

const index = '<!doctype html><title>Usher</title>';
const script = 'export const usher = "authenticates connections";'.repeat(50);

function withPage(): Promise<TestApp> {
  const parent = tempFolder();
  const root = join(parent, 'browser');
  mkdirSync(root);
  writeFileSync(join(parent, 'outside.txt'), 'not for you');
  writeFileSync(join(root, 'index.html'), index);
  writeFileSync(join(root, 'index.html.br'), brotliCompressSync(index));
  writeFileSync(join(root, 'main-AB12CD34.js'), script);
  writeFileSync(join(root, 'main-AB12CD34.js.br'), brotliCompressSync(script));
  writeFileSync(join(root, 'main-AB12CD34.js.gz'), gzipSync(script));
  for (const name of ['chunk-B1gzoG_9.js', 'chunk--xYz-_09.js', 'styles-L2V2X267.css', 'early-L2V2X267.js', 'early.js'])
    writeFileSync(join(root, name), script);
  writeFileSync(join(root, 'favicon.svg'), '<svg/>');
  writeFileSync(join(root, '.env'), 'SECRET=1');
  mkdirSync(join(root, '.git'));
  writeFileSync(join(root, '.git', 'config'), 'SECRET=1');
  return newApp({}, root);
}

describe('the built page', () => {
  test('is served at the root and at deep links, with revalidation', async () => {
    const { call } = await withPage();
    for (const path of ['/', '/index.html', '/rooms/general', '/sign-in?next=%2Frooms', '/connection/']) {
      const { status, text, headers } = await call('GET', path);
      expect({ path, status, text }).toEqual({ path, status: 200, text: index });
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(headers.get('content-type')).toContain('text/html');
    }
  });

  test('adds no more listeners to a response than Node allows', async () => {
    const { call } = await withPage();
    const warnings: string[] = [];
    const record = ({ name }: Error): void => {
      warnings.push(name);
    };
    process.on('warning', record);
    onTestFinished(() => {
      process.off('warning', record);
    });
    for (const encoding of ['br', 'identity']) {
      await call('GET', '/rooms/general', { headers: { 'accept-encoding': encoding } });
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  });

  test('caches hashed files permanently and revalidates others', async () => {
    const { call } = await withPage();
    const { headers } = await call('GET', '/main-AB12CD34.js');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-type')).toContain('javascript');
    for (const name of ['chunk-B1gzoG_9.js', 'chunk--xYz-_09.js', 'styles-L2V2X267.css', 'early-L2V2X267.js'])
      expect((await call('GET', `/${name}`)).headers.get('cache-control')).toContain('immutable');
    for (const name of ['favicon.svg', 'early.js'])
      expect((await call('GET', `/${name}`)).headers.get('cache-control')).toBe('no-cache');
  });

  test.each(['br', 'gzip'])('sends the precompressed file to clients that accept %s', async (encoding) => {
    const { call } = await withPage();
    const { text, headers } = await call('GET', '/main-AB12CD34.js', { headers: { 'accept-encoding': encoding } });
    expect(headers.get('content-encoding')).toBe(encoding);
    expect(headers.get('content-type')).toContain('javascript');
    expect(headers.get('vary')).toContain('accept-encoding');
    expect(headers.get('cache-control')).toContain('immutable');
    expect(text).toBe(script);
  });

  test('sends the original file to other clients', async () => {
    const { call } = await withPage();
    const { text, headers } = await call('GET', '/main-AB12CD34.js', { headers: { 'accept-encoding': 'identity' } });
    expect(headers.get('content-encoding')).toBeNull();
    expect(text).toBe(script);
  });

  test.each([
    '/missing-AB12CD34.js',
    '/.env',
    '/.git/config',
    '/%2eenv',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/api/rooms.html',
    '/api/no/such/page',
    '/metrics/page',
  ])('does not serve %s', async (path) => {
    const { call } = await withPage();
    const { status, text } = await call('GET', path);
    expect([400, 403, 404]).toContain(status);
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain('not for you');
    expect(text).not.toContain(index);
  });

  test('is a 404 with a log entry if the app is not built', async () => {
    const { call, log } = await newApp();
    for (const path of ['/', '/rooms/general']) {
      expect(await call('GET', path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    }
    expect(log.join('')).toContain('the web app is not built');
  });
});
