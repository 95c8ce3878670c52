/** Where frames of a server go. `bytes` from `start` to `end` are the payload, to be read at once: the buffer is used again. */
export interface FrameSink {
  text(bytes: Buffer, start: number, end: number): void;
  /** A close frame. */
  closing(): void;
}

const nothing = Buffer.alloc(0);
const key = [0x5a, 0x17, 0xc3, 0x6e] as const;

/**
 * A text frame from client to server (RFC 6455 §5.2). The mask is always the same one: it protects proxies, of which there are
 * none, and to unmask costs the server the same.
 */
export function clientFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 65_535) throw new RangeError('this bench sends no frame beyond 64 KiB');
  const head = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  frame[0] = 0x81;
  if (head === 2) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.set(key, head);
  const payload = frame.subarray(head + 4);
  payload.write(text);
  for (let at = 0; at < length; at += 4) {
    payload[at] = (payload[at] ?? 0) ^ key[0];
    if (at + 1 < length) payload[at + 1] = (payload[at + 1] ?? 0) ^ key[1];
    if (at + 2 < length) payload[at + 2] = (payload[at + 2] ?? 0) ^ key[2];
    if (at + 3 < length) payload[at + 3] = (payload[at + 3] ?? 0) ^ key[3];
  }
  return frame;
}

/** Cuts what one server sends into frames, as they come out of the wire: in halves, or many at once. Allocates only at the seams. */
export class FrameReader {
  #rest: Buffer = nothing;

  read(chunk: Buffer, start: number, end: number, sink: FrameSink): void {
    let bytes = chunk;
    let at = start;
    let until = end;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(start, end)]);
      at = 0;
      until = bytes.length;
      this.#rest = nothing;
    }
    while (until - at >= 2) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (until - at < head) break;
      const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const from = at + head;
      const to = from + length;
      if (to > until) break;
      const opcode = (bytes[at] ?? 0) & 0x0f;
      if (opcode === 0x1) sink.text(bytes, from, to);
      else if (opcode === 0x8) sink.closing();
      at = to;
    }
    if (at < until) this.#rest = Buffer.from(bytes.subarray(at, until));
  }
}
