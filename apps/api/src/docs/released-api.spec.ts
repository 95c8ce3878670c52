import { readFileSync } from 'node:fs';
import createClient from 'openapi-fetch';
import { describe, expect, test } from 'vitest';
import type { paths } from '../../../../docs/api/openapi.d.ts';
import { typesOf } from '../testing/api-types.ts';
import { breakingChanges } from '../testing/breaking-changes.ts';
import { newApp } from '../testing/new-app.ts';
import { describeSocket } from './docs-routes.ts';

const read = (file: string): string => readFileSync(new URL(`../../../../docs/api/${file}`, import.meta.url), 'utf8');
const released = (file: string): object => JSON.parse(read(file)) as object;

/** What to do about an unintended change, and about an intended one. */
const advice =
  'Clients of the last release break. If this is intended, describe it in CHANGELOG.md and run ' +
  '`node --conditions=@usher/source apps/api/src/write-documents.ts`.';

describe('the API, compared with docs/api', () => {
  test('has no breaking change over HTTP', async () => {
    const { app } = await newApp();
    expect(breakingChanges(released('openapi.json'), app.openApi()), advice).toEqual([]);
  });

  test('has no breaking change over the socket', () => {
    expect(breakingChanges(released('asyncapi.json'), describeSocket()), advice).toEqual([]);
  });

  test('has types that are generated from its document', async () => {
    expect(await typesOf(read('openapi.json'))).toBe(read('openapi.d.ts'));
  });
});

/** Changes a copy of a document: the values at the paths are set, or removed if they are undefined. */
function changed(file: string, values: readonly (readonly [path: readonly string[], value: unknown])[]): object {
  const document = released(file);
  for (const [path, value] of values) {
    const last = path.at(-1) ?? '';
    const holder = path.slice(0, -1).reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
    if (value === undefined) Reflect.deleteProperty(holder as object, last);
    else (holder as Record<string, unknown>)[last] = value;
  }
  return document;
}

const schemas = ['components', 'schemas'];
const send = ['components', 'messages', 'usher.v1.client.send', 'payload'];

describe('a breaking change is found:', () => {
  test.each([
    ['a removed operation', ['paths', '/api/me', 'get'], undefined, 'GET /api/me is removed'],
    ['a removed path', ['paths', '/api/me'], undefined, 'GET /api/me is removed'],
    [
      'a removed response',
      ['paths', '/api/users', 'post', 'responses', '201'],
      undefined,
      'POST /api/users: the response 201 is removed',
    ],
    ['another operationId', ['paths', '/api/me', 'get', 'operationId'], 'me', 'GET /api/me: operationId has changed'],
    [
      'another security',
      ['paths', '/api/users', 'post', 'security'],
      [{ bearer: [] }],
      'POST /api/users: security has changed',
    ],
    [
      'a new required field of a request',
      [...schemas, 'NewRoom', 'required'],
      ['room', 'title', 'private'],
      'POST /api/rooms request.private is now required',
    ],
    [
      'a stricter limit of a request',
      [...schemas, 'NewRoom', 'properties', 'title', 'maxLength'],
      10,
      'POST /api/rooms request.title: maxLength has changed',
    ],
    [
      'another type in a response',
      [...schemas, 'Room', 'properties', 'seq', 'type'],
      'string',
      'POST /api/rooms 201.seq: the type has changed',
    ],
    [
      'a removed field of a response',
      [...schemas, 'Me', 'properties', 'roles'],
      undefined,
      'GET /api/me 200.roles is removed',
    ],
    [
      'an optional field of a response',
      [...schemas, 'Me', 'required'],
      ['user'],
      'GET /api/me 200.roles may now be absent',
    ],
  ])('%s', (_, path, value, change) => {
    expect(breakingChanges(released('openapi.json'), changed('openapi.json', [[path, value]]))).toContain(change);
  });

  test.each([
    [
      'a removed message',
      ['components', 'messages', 'usher.v1.server.message'],
      undefined,
      'message usher.v1.server.message is removed',
    ],
    ['a removed request', ['operations', 'usher.v1.client.edit'], undefined, 'usher.v1.client.edit is removed'],
    [
      'a new required field',
      [...send, 'required'],
      ['type', 'id', 'room', 'key', 'text', 'mood'],
      'message usher.v1.client.send.mood is now required',
    ],
    [
      'a request without a reply',
      ['operations', 'usher.v1.client.send', 'reply'],
      undefined,
      'usher.v1.client.send: reply has changed',
    ],
  ])('%s of the socket', (_, path, value, change) => {
    expect(breakingChanges(released('asyncapi.json'), changed('asyncapi.json', [[path, value]]))).toContain(change);
  });

  test.each([
    ['a new operation', ['paths', '/api/new'], { get: { responses: {} } }],
    ['a new response', ['paths', '/api/me', 'get', 'responses', '418'], { description: 'a teapot' }],
    ['a new field of a response', [...schemas, 'Me', 'properties', 'name'], { type: 'string' }],
    ['a new optional field of a request', [...schemas, 'NewRoom', 'properties', 'topic'], { type: 'string' }],
    ['another description', ['paths', '/api/me', 'get', 'summary'], 'Who am I?'],
  ])('but not %s', (_, path, value) => {
    expect(breakingChanges(released('openapi.json'), changed('openapi.json', [[path, value]]))).toEqual([]);
  });
});

test('a client with the generated types can use the server', async () => {
  const { url } = await newApp();
  const client = createClient<paths>({ baseUrl: url });
  const { data: token } = await client.POST('/api/auth', { body: { user: 'maggie', pwd: 'secret' } });
  const headers = { authorization: `Bearer ${token?.token ?? ''}` };
  const { data: created } = await client.POST('/api/rooms', { headers, body: { room: 'typed', title: 'Typed' } });
  expect(created).toMatchObject({ room: 'typed', seq: 0 });
  const { data: page } = await client.GET('/api/rooms/{room}/messages', {
    headers,
    params: { path: { room: 'typed' }, query: { limit: 10 } },
  });
  expect(page?.messages.length).toBe(0);
  const { data: ticket } = await client.GET('/api/ws_ticket', { headers });
  expect(ticket?.connectAfterMs).toBe(0);
  const { error, response } = await client.GET('/api/me');
  expect(response.status).toBe(401);
  const code: 'missing_token' | 'invalid_token' | 'token_expired' | 'session_ended' | undefined =
    error?.status === 401 ? error.code : undefined;
  expect(code).toBe('missing_token');
});
