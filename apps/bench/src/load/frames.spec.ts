import { describe, expect, it } from 'vitest';
import { clientFrame, FrameReader } from './frames.ts';

/** Encodes an unmasked frame of any length. */
function serverFrame(text: string, opcode = 0x1): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? [0x80 | opcode, payload.length]
      : payload.length < 65_536
        ? [0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]
        : [
            0x80 | opcode,
            127,
            0,
            0,
            0,
            0,
            0,
            payload.length >> 16,
            (payload.length >> 8) & 0xff,
            payload.length & 0xff,
          ];
  return Buffer.concat([Buffer.from(head), payload]);
}

function readAll(bytes: Buffer, chunk: number): string[] {
  const received: string[] = [];
  const reader = new FrameReader();
  for (let at = 0; at < bytes.length; at += chunk) {
    reader.read(bytes, at, Math.min(bytes.length, at + chunk), {
      text: (from, start, end) => received.push(from.toString('utf8', start, end)),
      closing: (code) => received.push(`closing ${code}`),
    });
  }
  return received;
}

describe('FrameReader', () => {
  it.each([1, 2, 3, 7, 1_000])('finds all frames in chunks of %i bytes', (chunk) => {
    const texts = ['', 'short', 'ü'.repeat(100), 'last'];
    const bytes = Buffer.concat([...texts.map((text) => serverFrame(text)), serverFrame('', 0x8)]);
    expect(readAll(bytes, chunk)).toEqual([...texts, 'closing 1005']);
  });

  it.each([1_000, 65_536, 1_000_000])('finds a large frame in chunks of %i bytes', (chunk) => {
    const texts = ['before', 'x'.repeat(70_000), 'after'];
    expect(readAll(Buffer.concat(texts.map((text) => serverFrame(text))), chunk)).toEqual(texts);
  });

  it('reads the close code', () => {
    expect(readAll(Buffer.from([0x88, 2, 0x11, 0x95]), 3)).toEqual(['closing 4501']);
  });

  it('ignores pings', () => {
    expect(readAll(Buffer.concat([serverFrame('', 0x9), serverFrame('text')]), 64)).toEqual(['text']);
  });
});

describe('clientFrame', () => {
  it.each(['', 'short', 'ü'.repeat(63), 'x'.repeat(300)])('masks %j so that a server can decode it', (text) => {
    const frame = clientFrame(text);
    const length = Buffer.byteLength(text);
    const head = length < 126 ? 2 : 4;
    expect(frame[0]).toBe(0x81);
    expect(head === 2 ? (frame[1] ?? 0) & 0x7f : frame.readUInt16BE(2)).toBe(length);
    expect((frame[1] ?? 0) & 0x80).toBe(0x80);
    const mask = frame.subarray(head, head + 4);
    const payload = frame.subarray(head + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    expect(Buffer.from(payload).toString()).toBe(text);
    expect(mask).not.toEqual(Buffer.alloc(4));
  });
});
