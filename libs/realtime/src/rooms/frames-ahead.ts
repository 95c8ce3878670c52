import type { Frame } from '../connections/frame.ts';

const framesAtMost = 1_024;
const charactersAtMost = 1024 * 1024;

/**
 * Frames of a room that arrived ahead of a gap, by sequence number. Beyond the bounds further frames are ignored, and the gap is
 * filled from the history.
 */
export class FramesAhead {
  readonly #frames = new Map<number, Frame>();
  #characters = 0;

  add(seq: number, frame: Frame): void {
    if (this.#frames.size >= framesAtMost || this.#characters >= charactersAtMost || this.#frames.has(seq)) return;
    this.#frames.set(seq, frame);
    this.#characters += frame.text.length;
  }

  /** Removes the frame with this sequence number and returns it, if it has arrived. */
  take(seq: number): Frame | undefined {
    const frame = this.#frames.get(seq);
    if (frame === undefined) return undefined;
    this.#frames.delete(seq);
    this.#characters -= frame.text.length;
    return frame;
  }

  clear(): void {
    this.#frames.clear();
    this.#characters = 0;
  }
}
