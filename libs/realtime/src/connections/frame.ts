/**
 * One server→client message, encoded once and framed once, whoever many get it (RFC 6455 §5.2: FIN, text, unmasked).
 */
export class Frame {
  readonly text: string;
  #bytes: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The whole WebSocket frame, header included; made at the first call and shared by all sockets. Not to be written to. */
  get bytes(): Buffer {
    return (this.#bytes ??= frameText(this.text));
  }
}

function frameText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  if (head === 2) {
    frame[1] = length;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.write(text, head);
  return frame;
}
