import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRequestId, parseFrame } from './protocol.ts';

describe('parseFrame', () => {
  test('returns the frame of a JSON object with a string type', () => {
    expect(parseFrame('{"type":"ping","id":7,"more":[1]}')).toEqual({ type: 'ping', id: 7, more: [1] });
    expect(parseFrame('{"type":""}')).toEqual({ type: '' });
  });

  test.each([
    ['an empty text', ''],
    ['invalid JSON', 'ping'],
    ['a truncated frame', '{"type":"ping"'],
    ['two frames', '{"type":"ping"}{"type":"ping"}'],
    ['null', 'null'],
    ['a number', '7'],
    ['a string', '"ping"'],
    ['an array', '[{"type":"ping"}]'],
    ['a missing type', '{"id":7}'],
    ['a numeric type', '{"type":7}'],
    ['a null type', '{"type":null}'],
    ['an object as type', '{"type":{"toString":"ping"}}'],
    ['a type inherited through __proto__', '{"__proto__":{"type":"ping"}}'],
  ])('returns undefined for %s', (_, text) => {
    expect(parseFrame(text)).toBeUndefined();
  });

  test.each([undefined, null, 7, {}, new ArrayBuffer(2), new Uint8Array([123, 125])])(
    'returns undefined for a value that is not a string: %s',
    (data) => {
      expect(parseFrame(data)).toBeUndefined();
    },
  );

  test('does not throw at the deepest nesting that fits into a frame', () => {
    const depth = 32_000;
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parseFrame(`{"type":"ping","deep":${deep}}`)?.type).toBe('ping');
    expect(parseFrame(deep)).toBeUndefined();
    expect(parseFrame('{"type":'.repeat(8_000))).toBeUndefined();
  });

  test('does not modify any prototype', () => {
    parseFrame('{"type":"ping","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect({}).not.toHaveProperty('polluted');
  });

  test('never throws for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const frame = parseFrame(text);
        expect(frame === undefined || typeof frame.type === 'string').toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('never throws for any value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        if (typeof value !== 'string') expect(parseFrame(value)).toBeUndefined();
      }),
    );
  });

  test('returns every JSON-serializable frame unchanged', () => {
    const frame = fc
      .tuple(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([type, fields]) => JSON.stringify({ ...fields, type }));
    fc.assert(
      fc.property(frame, (text) => {
        expect(JSON.stringify(parseFrame(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe('isRequestId', () => {
  test.each([1, 2, 4_294_967_296, Number.MAX_SAFE_INTEGER])('accepts %d', (id) => {
    expect(isRequestId(id)).toBe(true);
  });

  test.each([0, -0, -1, 0.5, 1.5, NaN, Infinity, 2 ** 53, 1e300, '1', '', null, undefined, true, [1], {}, 1n])(
    'rejects %s',
    (id) => {
      expect(isRequestId(id)).toBe(false);
    },
  );
});
