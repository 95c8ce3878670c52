import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProtocol } from './compile.ts';
import { roomsProtocol } from './rooms.ts';

const codec = compileProtocol(roomsProtocol);
const decode = (text: string) => codec.decode(text);

const key = '3f2b8c1e-9a4d-4f6b-8e7a-1c2d3e4f5a6b';
const good = {
  ping: {},
  renew: { ticket: 'a-ticket' },
  join: { room: 'general', epoch: 'e1', after: 12 },
  history: { room: 'general', after: 0 },
  leave: { room: 'general' },
  send: { room: 'general', key, text: 'hello' },
  edit: { room: 'general', key, edits: 7, text: 'hello' },
  delete: { room: 'general', key, deletes: 7 },
  read: { room: 'general', seq: 7 },
};
type Request = keyof typeof good;

function decodeRequest(type: string, params: object, id: unknown = 1) {
  return decode(JSON.stringify({ ...params, type, id }));
}

test('all requests of the protocol are tried here', () => {
  expect(Object.keys(good)).toEqual(Object.keys(roomsProtocol.requests));
});

describe('a good request', () => {
  test.each(Object.entries(good))('%s comes with its id and params', (type, params) => {
    expect(decodeRequest(type, params, 41)).toEqual({
      kind: 'request',
      type,
      id: 41,
      params: { ...params, type, id: 41 },
    });
  });

  test.each([
    ['join without a cursor', 'join', { room: 'general' }],
    ['join with a cursor alone', 'join', { room: 'a', after: 0 }],
    ['join with the largest cursor', 'join', { room: 'a', after: Number.MAX_SAFE_INTEGER }],
    ['the longest room name', 'leave', { room: 'a'.repeat(64) }],
    ['a room name of digits and hyphens', 'leave', { room: '-0-' }],
    ['a key in capitals', 'send', { ...good.send, key: key.toUpperCase() }],
    ['a key of another version', 'send', { ...good.send, key: '00000000-0000-0000-0000-000000000000' }],
    ['a text that is too long, which is no matter of shape', 'send', { ...good.send, text: 'x'.repeat(50_000) }],
    ['a text that is empty, likewise', 'send', { ...good.send, text: '' }],
    ['half a surrogate pair', 'send', { ...good.send, text: '\ud800' }],
    ['the longest ticket', 'renew', { ticket: 'x'.repeat(512) }],
  ])('%s', (_, type, params) => {
    expect(decodeRequest(type, params)).toMatchObject({ kind: 'request', type });
  });

  test.each(Object.entries(good))('%s lets fields through that the protocol does not name', (type, params) => {
    const more = { ...params, later: { much: [1, null] }, constructor: 'x', toString: 7 };
    expect(decodeRequest(type, more)).toMatchObject({ kind: 'request', type });
  });
});

describe('a request with one field wrong', () => {
  const notText = [undefined, null, 7, true, {}, ['general']];
  const notCount = [null, -1, 0.5, '1', true, [], 2 ** 53, 1e300];
  const wrong: Readonly<Record<Request, Readonly<Record<string, readonly unknown[]>>>> = {
    ping: {},
    renew: { ticket: [...notText, '', 'x'.repeat(513)] },
    join: {
      room: [...notText, '', 'a'.repeat(65), 'General', 'a b', 'a/b', 'é', 'general\n', '\ngeneral', '..'],
      epoch: [null, 7, {}, '', 'x'.repeat(65)],
      after: notCount,
    },
    history: { room: [...notText, '', 'General'], after: [undefined, ...notCount] },
    leave: { room: [...notText, '', 'General'] },
    send: {
      room: [...notText, '', 'General'],
      key: [...notText, '', 'x', key.slice(1), `${key}0`, `{${key}}`, key.replaceAll('-', ''), `${key}\n`],
      text: [...notText, '\u0000', 'a\u0000b\n'],
    },
    edit: {
      room: [...notText, 'General'],
      key: notText,
      edits: [undefined, 0, ...notCount],
      text: [...notText, '\u0000'],
    },
    delete: { room: [...notText, 'General'], key: notText, deletes: [undefined, 0, ...notCount] },
    read: { room: [...notText, 'General'], seq: [undefined, ...notCount] },
  };
  const cases = Object.entries(wrong).flatMap(([type, fields]) =>
    Object.entries(fields).flatMap(([field, values]) =>
      values.map(
        (value) => [type, field, value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60), value] as const,
      ),
    ),
  );

  test('is tried for every field', () => {
    for (const [type, { params }] of Object.entries(roomsProtocol.requests)) {
      expect(Object.keys(wrong[type as Request]), type).toEqual(Object.keys(params.properties));
    }
  });

  test.each(cases)('%s: %s = %s', (type, field, _, value) => {
    const judged = decodeRequest(type, { ...good[type as Request], [field]: value }, 5);
    expect(judged).toMatchObject({ kind: 'bad', code: 'bad_message', id: 5 });
    // The place is named, whether the field is wrong or missing.
    expect(judged).toHaveProperty('message', expect.stringContaining(field));
  });
});

describe('the text of a message', () => {
  test.each(['', 'a\nb\tc\r\n', '🦉 and \u{10ffff}', '\u0001\u007f\u200b\ufffd', 'x'.repeat(60_000)])(
    'may have every other character, and its length is not a question of form: %j',
    (text) => {
      expect(decodeRequest('send', { ...good.send, text }, 5)).toMatchObject({ kind: 'request' });
    },
  );
});

describe('the id of a request', () => {
  test.each([undefined, null, 0, -1, 1.5, 2 ** 53, 1e300, '1', true, [1], {}])('is not %j', (id) => {
    for (const [type, params] of Object.entries(good)) {
      const judged = decode(JSON.stringify({ ...params, type, id }));
      expect(judged).toMatchObject({ kind: 'bad', code: 'bad_message' });
      expect(judged).not.toHaveProperty('id');
    }
  });

  test.each([1, 2 ** 32, Number.MAX_SAFE_INTEGER])('may be %d', (id) => {
    expect(decodeRequest('ping', {}, id)).toMatchObject({ kind: 'request', id });
  });

  test('beyond what JSON numbers can hold is none', () => {
    expect(decode('{"type":"ping","id":1e999}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
    expect(decode('{"type":"ping","id":9007199254740993}')).toMatchObject({ kind: 'bad', code: 'bad_message' });
  });
});

describe('a signal', () => {
  test('comes without an id, and with one all the same', () => {
    expect(decode('{"type":"beat"}')).toMatchObject({ kind: 'signal', type: 'beat' });
    expect(decode('{"type":"beat","id":3}')).toMatchObject({ kind: 'signal', type: 'beat' });
  });
});

describe('a type that is not known', () => {
  const unknown = ['nonsense', '', 'PING', 'ping ', 'message', 'welcome', 'reply', 'error'];
  const ofEveryObject = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'];

  test.each([...unknown, ...ofEveryObject])('%j: the answer carries the id where there is one', (type) => {
    expect(decodeRequest(type, {}, 9)).toMatchObject({ kind: 'bad', code: 'unknown_type', id: 9 });
    const without = decode(JSON.stringify({ type }));
    expect(without).toMatchObject({ kind: 'bad', code: 'unknown_type' });
    expect(without).not.toHaveProperty('id');
    expect(decodeRequest(type, {}, 'x')).not.toHaveProperty('id');
  });

  test('includes what later versions bring', () => {
    for (const type of ['react', 'pin', 'call']) {
      expect(decodeRequest(type, { room: 'general' })).toMatchObject({ kind: 'bad', code: 'unknown_type' });
    }
  });
});

describe('prototypes', () => {
  test('a field cannot come from one', () => {
    expect(decode('{"type":"leave","id":1,"__proto__":{"room":"general"}}')).toMatchObject({
      kind: 'bad',
      code: 'bad_message',
    });
    expect(decode('{"type":"leave","__proto__":{"id":1},"room":"general"}')).toMatchObject({ kind: 'bad' });
  });

  test('are left as they were', () => {
    decode(
      '{"type":"leave","id":1,"room":"general","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a frame as deep as it can be', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

  test('in a field that is not named is let through', () => {
    expect(decode(`{"type":"ping","id":1,"deep":${deep}}`)).toMatchObject({ kind: 'request' });
  });

  test.each(['room', 'key', 'text'])('in %s is a bad message', (field) => {
    const text = JSON.stringify({ ...good.send, type: 'send', id: 1, [field]: '@' }).replace('"@"', deep);
    expect(decode(text)).toMatchObject({ kind: 'bad', code: 'bad_message', id: 1 });
  });
});

describe('what is said about a bad frame', () => {
  test('names the place and never the value', () => {
    const secret = 'zq7-secret-zq7';
    for (const [type, params] of Object.entries(good)) {
      for (const field of Object.keys(params)) {
        for (const value of [[secret], { [secret]: secret }]) {
          const judged = decodeRequest(type, { ...params, [field]: value });
          expect(judged).toMatchObject({ kind: 'bad' });
          expect(JSON.stringify(judged)).not.toContain(secret);
        }
      }
    }
    expect(JSON.stringify(decodeRequest('renew', { ticket: secret.repeat(100) }))).not.toContain(secret);
    expect(JSON.stringify(decodeRequest('join', { room: `${secret} ` }))).not.toContain(secret);
    expect(JSON.stringify(decode(`{"type":"${secret}"}`))).not.toContain(secret);
    expect(JSON.stringify(decode(secret))).not.toContain(secret);
  });

  test('is short, however many things are wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), fc.object(), (type, params) => {
        const judged = decodeRequest(type, params);
        if (judged.kind === 'bad') expect(judged.message.length).toBeLessThan(200);
      }),
    );
  });
});

describe('properties', () => {
  test('any text is judged, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(['request', 'signal', 'bad']).toContain(decode(text).kind);
      }),
      { numRuns: 1_000 },
    );
  });

  test('any JSON object with a known type is judged, and nothing is thrown', () => {
    const types = [...Object.keys(roomsProtocol.requests), ...Object.keys(roomsProtocol.signals)];
    const frames = fc.tuple(
      fc.constantFrom(...types),
      fc.dictionary(fc.constantFrom('id', 'room', 'key', 'text', 'after', 'epoch', 'ticket', 'x'), fc.jsonValue()),
    );
    fc.assert(
      fc.property(frames, ([type, fields]) => {
        const judged = decode(JSON.stringify({ ...fields, type }));
        expect(['request', 'signal', 'bad']).toContain(judged.kind);
        if (judged.kind === 'bad') expect(judged.code).toBe('bad_message');
      }),
      { numRuns: 1_000 },
    );
  });

  test('every send that fits its bounds comes through as it was said', () => {
    const sends = fc.record({
      room: fc.stringMatching(/^[a-z0-9-]{1,64}$/),
      key: fc.uuid(),
      text: fc.string({ unit: 'grapheme', maxLength: 200 }),
    });
    fc.assert(
      fc.property(sends, fc.integer({ min: 1 }), (params, id) => {
        expect(decodeRequest('send', params, id)).toEqual({
          kind: 'request',
          type: 'send',
          id,
          params: { ...params, type: 'send', id },
        });
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
  ])('is in the answer to %s', (text) => {
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
  ])('is missing where none can be read: %s', (text) => {
    expect(decode(text)).toEqual({ kind: 'bad', code: 'bad_message', message: expect.any(String) as string });
  });
});
