import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Parser } from '@asyncapi/parser';
import { roomsProtocol } from '@usher/protocol/server';
import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

/** The body as it is sent, which `fetch` would decompress. */
function rawBody(
  url: string,
  encoding: string,
): Promise<{ readonly encoding: string | undefined; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': encoding }, agent: false }, (response) => {
      buffer(response).then((body) => {
        resolve({ encoding: response.headers['content-encoding'], body });
      }, reject);
    }).on('error', reject);
  });
}

describe('GET /api/docs', () => {
  test('is a page without inline scripts, whose parts are on this server', async () => {
    const { call } = await newApp();
    const { status, text, headers } = await call('GET', '/api/docs');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)</g)].map(([, attributes = '', inline = '']) => ({
      source: /src="([^"]*)"/.exec(attributes)?.[1],
      inline,
    }));
    expect(scripts).toHaveLength(2);
    for (const { source = '', inline } of scripts) {
      expect(inline).toBe('');
      expect(await call('GET', source)).toMatchObject({ status: 200 });
    }
    expect(text).not.toMatch(/https?:|style=/);
  });

  test('serves the OpenAPI document of the app', async () => {
    const { app, call } = await newApp();
    const { status, json } = await call('GET', '/api/docs/openapi.json');
    expect(status).toBe(200);
    expect(json).toEqual(JSON.parse(JSON.stringify(app.openApi())));
    expect(Object.keys(json?.['paths'] as object)).toContain('/api/docs/openapi.json');
  });

  test('serves a valid AsyncAPI document with every message of the socket', async () => {
    const { call } = await newApp();
    const { status, text, json } = await call('GET', '/api/docs/asyncapi.json');
    expect(status).toBe(200);
    const { document, diagnostics } = await new Parser().parse(text);
    expect(diagnostics.filter(({ severity }) => severity.valueOf() <= 1)).toEqual([]);
    expect(document?.channels().all()).toHaveLength(1);
    const { requests, signals, events } = roomsProtocol;
    const count = Object.keys(requests).length + Object.keys(signals).length + Object.keys(events).length;
    expect(Object.keys(json?.['operations'] as object)).toHaveLength(count);
  });

  test('compresses each file once, as the client accepts it', async () => {
    const { url, call } = await newApp();
    const { text } = await call('GET', '/api/docs/openapi.json');
    const path = `${url}/api/docs/openapi.json`;
    const brotli = await rawBody(path, 'gzip, br');
    expect(brotli.encoding).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(text);
    expect(brotli.body.length).toBeLessThan(text.length / 5);
    const gzip = await rawBody(path, 'gzip, br;q=0');
    expect(gzip.encoding).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(text);
    const plain = await rawBody(path, 'identity');
    expect(plain).toEqual({ encoding: undefined, body: Buffer.from(text) });
  });

  test('returns 304 to a client that has the current version', async () => {
    const { call } = await newApp();
    const { headers, text } = await call('GET', '/api/docs/openapi.json');
    const etag = headers.get('etag') ?? '';
    expect(etag).toBe(`"${createHash('sha256').update(text).digest('base64url')}"`);
    const again = await call('GET', '/api/docs/openapi.json', { headers: { 'if-none-match': etag } });
    expect(again).toMatchObject({ status: 304, text: '' });
  });
});
