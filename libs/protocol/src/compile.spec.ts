import fc from 'fast-check';
import type { TObject } from 'typebox';
import { describe, expect, test } from 'vitest';
import { compileProtocol } from './compile.ts';
import { roomsProtocol } from './rooms.ts';

const codec = compileProtocol(roomsProtocol);
const decode = (text: string) => codec.decode(text);

const key = '3f2b8c1e-9a4d-4f6b-8e7a-1c2d3e4f5a6b';
const validParams = {
  ping: {},
  renew: { ticket: 'a-ticket' },
  join: { room: 'general', epoch: 'e1', after: 12 },
  history: { room: 'general', after: 0 },
  leave: { room: 'general' },
  send: { room: 'general', key, text: 'hello' },
  read: { room: 'general', seq: 7 },
  edit: { room: 'general', key, edits: 7, text: 'hello' },
  delete: { room: 'general', key, deletes: 7 },
};
type Request = keyof typeof validParams;

function decodeRequest(type: string, params: object, id: unknown = 1) {
  return decode(JSON.stringify({ ...params, type, id }));
}

test('this file covers all requests of the protocol', () => {
  expect(Object.keys(validParams)).toEqual(Object.keys(roomsProtocol.requests));
});

describe('a valid request', () => {
  test.each(Object.entries(validParams))('%s is decoded with its id and params', (type, params) => {
    expect(decodeRequest(type, params, 41)).toEqual({
      kind: 'request',
      type,
      id: 41,
      params: { ...params, type, id: 41 },
    });
  });

  test.each([
    ['join without epoch and sequence number', 'join', { room: 'general' }],
    ['join with a sequence number but no epoch', 'join', { room: 'a', after: 0 }],
    ['join with the largest sequence number', 'join', { room: 'a', after: Number.MAX_SAFE_INTEGER }],
    ['the longest room name', 'leave', { room: 'a'.repeat(64) }],
    ['a room name without letters', 'leave', { room: '-0-' }],
    ['a key in upper case', 'send', { ...validParams.send, key: key.toUpperCase() }],
    ['a key of another UUID version', 'send', { ...validParams.send, key: '00000000-0000-0000-0000-000000000000' }],
    [
      'a text over the length limit, which the schema does not check',
      'send',
      { ...validParams.send, text: 'x'.repeat(50_000) },
    ],
    ['an empty text', 'send', { ...validParams.send, text: '' }],
    ['a lone surrogate', 'send', { ...validParams.send, text: '\ud800' }],
    ['the longest ticket', 'renew', { ticket: 'x'.repeat(512) }],
  ])('is accepted: %s', (_, type, params) => {
    expect(decodeRequest(type, params)).toMatchObject({ kind: 'request', type });
  });

  test.each(Object.entries(validParams))('%s may have unknown fields', (type, params) => {
    const more = { ...params, later: { much: [1, null] }, constructor: 'x', toString: 7 };
    expect(decodeRequest(type, more)).toMatchObject({ kind: 'request', type });
  });
});

describe('a request with one invalid field', () => {
  const nonStrings = [undefined, null, 7, true, {}, ['general']];
  const nonCounts = [null, -1, 0.5, '1', true, [], 2 ** 53, 1e300];
  const invalidValues: Readonly<Record<Request, Readonly<Record<string, readonly unknown[]>>>> = {
    ping: {},
    renew: { ticket: [...nonStrings, '', 'x'.repeat(513)] },
    join: {
      room: [...nonStrings, '', 'a'.repeat(65), 'General', 'a b', 'a/b', 'é', 'general\n', '\ngeneral', '..'],
      epoch: [null, 7, {}, '', 'x'.repeat(65)],
      after: nonCounts,
    },
    history: { room: [...nonStrings, '', 'General'], after: [undefined, ...nonCounts] },
    leave: { room: [...nonStrings, '', 'General'] },
    send: {
      room: [...nonStrings, '', 'General'],
      key: [...nonStrings, '', 'x', key.slice(1), `${key}0`, `{${key}}`, key.replaceAll('-', ''), `${key}\n`],
      text: [...nonStrings, '\u0000', 'a\u0000b\n'],
    },
    edit: {
      room: [...nonStrings, 'General'],
      key: nonStrings,
      edits: [undefined, 0, ...nonCounts],
      text: [...nonStrings, '\u0000'],
    },
    delete: { room: [...nonStrings, 'General'], key: nonStrings, deletes: [undefined, 0, ...nonCounts] },
    read: { room: [...nonStrings, 'General'], seq: [undefined, ...nonCounts] },
  };
  const cases = Object.entries(invalidValues).flatMap(([type, fields]) =>
    Object.entries(fields).flatMap(([field, values]) =>
      values.map(
        (value) => [type, field, value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60), value] as const,
      ),
    ),
  );

  test('is tested for every field', () => {
    for (const [type, { params }] of Object.entries(roomsProtocol.requests)) {
      expect(Object.keys(invalidValues[type as Request]), type).toEqual(Object.keys((params as TObject).properties));
    }
  });

  test.each(cases)('is rejected: %s, %s = %s', (type, field, _, value) => {
    const decoded = decodeRequest(type, { ...validParams[type as Request], [field]: value }, 5);
    expect(decoded).toMatchObject({ kind: 'bad', code: 'bad_message', id: 5 });
    // The message names the field, both for an invalid and for a missing value.
    expect(decoded).toHaveProperty('message', expect.stringContaining(field));
  });
});

describe('the text of a message', () => {
  test.each(['', 'a\nb\tc\r\n', '🦉 and \u{10ffff}', '\u0001\u007f\u200b\ufffd', 'x'.repeat(60_000)])(
    'may have any length and any character except U+0000: %j',
    (text) => {
      expect(decodeRequest('send', { ...validParams.send, text }, 5)).toMatchObject({ kind: 'request' });
    },
  );
});

describe('the id of a request', () => {
  test.each([undefined, null, 0, -1, 1.5, 2 ** 53, 1e300, '1', true, [1], {}])('may not be %j', (id) => {
    for (const [type, params] of Object.entries(validParams)) {
      const decoded = decode(JSON.stringify({ ...params, type, id }));
      expect(decoded).toMatchObject({ kind: 'bad', code: 'bad_message' });
      expect(decoded).not.toHaveProperty('id');
    }
  });

  test.each([1, 2 ** 32, Number.MAX_SAFE_INTEGER])('may be %d', (id) => {
    expect(decodeRequest('ping', {}, id)).toMatchObject({ kind: 'request', id });
  });

  test('may not exceed the safe integers', () => {
    expect(decode('{"type":"ping","id":1e999}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
    expect(decode('{"type":"ping","id":9007199254740993}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
  });
});

describe('a signal', () => {
  test('is accepted without an id and with one', () => {
    expect(decode('{"type":"beat"}')).toMatchObject({ kind: 'signal', type: 'beat' });
    expect(decode('{"type":"beat","id":3}')).toMatchObject({ kind: 'signal', type: 'beat' });
  });
});

describe('an unknown type', () => {
  const unknown = ['nonsense', '', 'PING', 'ping ', 'message', 'welcome', 'reply', 'error'];
  const objectProperties = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'];

  test.each([...unknown, ...objectProperties])(
    'is rejected with the request id, if the frame has a valid one: %j',
    (type) => {
      expect(decodeRequest(type, {}, 9)).toMatchObject({ kind: 'bad', code: 'unknown_type', id: 9 });
      const withoutId = decode(JSON.stringify({ type }));
      expect(withoutId).toMatchObject({ kind: 'bad', code: 'unknown_type' });
      expect(withoutId).not.toHaveProperty('id');
      expect(decodeRequest(type, {}, 'x')).not.toHaveProperty('id');
    },
  );

  test('may be a type of a later version', () => {
    for (const type of ['react', 'pin', 'call']) {
      expect(decodeRequest(type, { room: 'general' })).toMatchObject({ kind: 'bad', code: 'unknown_type' });
    }
  });
});

describe('a frame with __proto__ or constructor', () => {
  test('does not get fields from __proto__', () => {
    expect(decode('{"type":"leave","id":1,"__proto__":{"room":"general"}}')).toMatchObject({
      kind: 'bad',
      code: 'bad_message',
    });
    expect(decode('{"type":"leave","__proto__":{"id":1},"room":"general"}')).toMatchObject({ kind: 'bad' });
  });

  test('does not modify any prototype', () => {
    decode(
      '{"type":"leave","id":1,"room":"general","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('the deepest nesting that fits into a frame', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

  test('is accepted in an unknown field', () => {
    expect(decode(`{"type":"ping","id":1,"deep":${deep}}`)).toMatchObject({ kind: 'request' });
  });

  test.each(['room', 'key', 'text'])('is rejected in the field %s', (field) => {
    const text = JSON.stringify({ ...validParams.send, type: 'send', id: 1, [field]: '@' }).replace('"@"', deep);
    expect(decode(text)).toMatchObject({ kind: 'bad', code: 'bad_message', id: 1 });
  });
});

describe('the message about a bad frame', () => {
  test('never contains a value of the frame', () => {
    const secret = 'zq7-secret-zq7';
    for (const [type, params] of Object.entries(validParams)) {
      for (const field of Object.keys(params)) {
        for (const value of [[secret], { [secret]: secret }]) {
          const decoded = decodeRequest(type, { ...params, [field]: value });
          expect(decoded).toMatchObject({ kind: 'bad' });
          expect(JSON.stringify(decoded)).not.toContain(secret);
        }
      }
    }
    expect(JSON.stringify(decodeRequest('renew', { ticket: secret.repeat(100) }))).not.toContain(secret);
    expect(JSON.stringify(decodeRequest('join', { room: `${secret} ` }))).not.toContain(secret);
    expect(JSON.stringify(decode(`{"type":"${secret}"}`))).not.toContain(secret);
    expect(JSON.stringify(decode(secret))).not.toContain(secret);
  });

  test('is shorter than 200 characters, even with many invalid fields', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(validParams)), fc.object(), (type, params) => {
        const decoded = decodeRequest(type, params);
        if (decoded.kind === 'bad') expect(decoded.message.length).toBeLessThan(200);
      }),
    );
  });
});

describe('decode', () => {
  test('never throws for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(['request', 'signal', 'bad']).toContain(decode(text).kind);
      }),
      { numRuns: 1_000 },
    );
  });

  test('never throws for a JSON object with a known type', () => {
    const types = [...Object.keys(roomsProtocol.requests), ...Object.keys(roomsProtocol.signals)];
    const frames = fc.tuple(
      fc.constantFrom(...types),
      fc.dictionary(fc.constantFrom('id', 'room', 'key', 'text', 'after', 'epoch', 'ticket', 'x'), fc.jsonValue()),
    );
    fc.assert(
      fc.property(frames, ([type, fields]) => {
        const decoded = decode(JSON.stringify({ ...fields, type }));
        expect(['request', 'signal', 'bad']).toContain(decoded.kind);
        if (decoded.kind === 'bad') expect(decoded.code).toBe('bad_message');
      }),
      { numRuns: 1_000 },
    );
  });

  test('returns every valid send unchanged', () => {
    const sends = fc.record({
      room: fc.stringMatching(/^[a-z0-9-]{1,64}$/),
      key: fc.uuid(),
      text: fc.string({ unit: 'grapheme', maxLength: 200 }),
    });
    fc.assert(
      fc.property(sends, fc.integer({ min: 1 }), (params, id) => {
        const request = { kind: 'request', type: 'send', id, params: { ...params, type: 'send', id } };
        expect(decodeRequest('send', params, id)).toEqual(request);
      }),
    );
  });
});

describe('the id of a malformed frame', () => {
  test.each([
    '{"id":7}',
    '{"id":7,"type":1}',
    '{"id":7,"type":"leave"}',
    '{"id":7,"type":"leave","room":"NOT A ROOM"}',
    '{"id":7,"type":"away","away":"yes"}',
    '{"id":7,"type":"typing"}',
  ])('is in the error for %s', (text) => {
    expect(decode(text)).toMatchObject({ kind: 'bad', code: 'bad_message', id: 7 });
  });

  test.each([
    '',
    '7',
    'null',
    '[{"id":7}]',
    '{"id":7,',
    '{"id":"7"}',
    '{"id":0}',
    '{"id":-7,"type":"leave"}',
    '{"id":7.5}',
  ])('is absent if it cannot be read: %s', (text) => {
    expect(decode(text)).toEqual({ kind: 'bad', code: 'bad_message', message: expect.any(String) as string });
  });
});
