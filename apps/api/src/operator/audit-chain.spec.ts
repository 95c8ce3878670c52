import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditTampered, canonicalJson, emptyHead, hashOf, verifyChain } from './audit-chain.ts';

function chain(length: number) {
  let previous = '';
  return Array.from({ length }, (_, index) => {
    const entry = { seq: index + 1, at: 1_000 + index, by: 'admin', action: 'user.disable', target: `user ${index}` };
    const detail = { closed: index, nodes: [{ node: 'a', ms: 0.25 }] };
    previous = hashOf({ ...entry, detail }, previous);
    return { ...entry, detail, hash: previous };
  });
}

describe('canonical JSON', () => {
  test('does not depend on the order of fields and omits undefined ones', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é"' }], a: true, e: undefined })).toBe(
      '{"a":true,"b":[1,{"c":"é\\"","d":null}]}',
    );
  });

  test('is JSON of an equal value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read: unknown = JSON.parse(canonicalJson(value));
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(read)).toBe(canonicalJson(value));
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, 1n])('rejects %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('a chain', () => {
  test('is verified, and its head is returned', async () => {
    const entries = chain(5);
    expect(await verifyChain(entries)).toEqual({ seq: 5, hash: entries[4]?.hash });
    expect(await verifyChain([])).toEqual(emptyHead);
    expect(await verifyChain(entries, { noted: { seq: 3, hash: entries[2]?.hash ?? '' } })).toMatchObject({ seq: 5 });
  });

  test('is rejected if any field of any entry was changed', async () => {
    const changes = [
      { at: 7 },
      { by: 'bart' },
      { action: 'x' },
      { target: 'x' },
      { detail: { closed: 9 } },
      { address: '::1' },
    ];
    for (const change of [...changes, { completes: 1 }, { hash: 'A'.repeat(43) }, { added: 1 }]) {
      for (const position of [0, 2, 4]) {
        const entries: object[] = chain(5);
        entries[position] = { ...entries[position], ...change };
        await expect(verifyChain(entries)).rejects.toThrow(AuditTampered);
      }
    }
  });

  test('is rejected if an entry was deleted, inserted, repeated or moved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.nat(4),
        fc.constantFrom('delete', 'insert', 'repeat', 'swap'),
        async (at, to, how) => {
          const entries = chain(5);
          const [entry] = entries.slice(at, at + 1);
          if (entry === undefined) throw new Error('no entry');
          if (how === 'delete') entries.splice(at, 1);
          else if (how === 'insert') entries.splice(at, 0, { ...entry, target: 'inserted' });
          else if (how === 'repeat') entries.splice(to, 0, entry);
          else {
            const [other] = entries.slice(to, to + 1);
            if (other === undefined || to === at) return;
            entries[at] = other;
            entries[to] = entry;
          }
          await expect(verifyChain(entries)).rejects.toThrow(AuditTampered);
        },
      ),
    );
  });

  test('is rejected with a noted head if its end was deleted or written again', async () => {
    const entries = chain(5);
    const noted = { seq: 5, hash: entries[4]?.hash ?? '' };
    expect(await verifyChain(entries.slice(0, 4))).toMatchObject({ seq: 4 });
    await expect(verifyChain(entries.slice(0, 4), { noted })).rejects.toThrow('the end was deleted');
    const again = [...entries.slice(0, 4), { ...entries[4], by: 'bart' }].map((entry) => ({
      ...entry,
      hash: undefined,
    }));
    let previous = '';
    const rewritten = again.map((entry) => ({ ...entry, hash: (previous = hashOf(entry as never, previous)) }));
    expect(await verifyChain(rewritten)).toMatchObject({ seq: 5 });
    await expect(verifyChain(rewritten, { noted })).rejects.toThrow('was written again');
  });

  test('is rejected unless it ends with the recorded head', async () => {
    const entries = chain(5);
    const recorded = await verifyChain(entries);
    expect(await verifyChain(entries, { recorded })).toEqual(recorded);
    expect(await verifyChain([], { recorded: emptyHead })).toEqual(emptyHead);
    for (const [changed, message] of [
      [entries.slice(0, 4), 'the log ends with entry 4, but entry 5 was recorded: the end was deleted'],
      [[], 'the log is empty, but entry 5 was recorded: the end was deleted'],
      [chain(6), 'entry 6 does not belong to the log, which ends with entry 5'],
    ] as const) {
      await expect(verifyChain(changed, { recorded })).rejects.toThrow(new AuditTampered(message));
    }
    const rewritten = verifyChain(entries, { recorded: { seq: 5, hash: 'A'.repeat(43) } });
    await expect(rewritten).rejects.toThrow('entry 5 does not have the recorded hash: the log was written again');
  });

  test('is rejected if something is not an entry', async () => {
    for (const wrong of [undefined, null, 7, 'text', {}, { seq: '1' }]) {
      await expect(verifyChain([wrong])).rejects.toThrow('entry 1 is not an entry of an audit log');
    }
  });
});
