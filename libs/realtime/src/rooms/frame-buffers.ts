import type { Frame } from '../connections/frame.ts';

/** The bounds of each buffer of a room. */
const framesAtMost = 1_024;
const charactersAtMost = 1024 * 1024;

/**
 * Frames that were delivered in a room while joins are in progress; each joining member receives them after its reply. All joins
 * share one buffer. It is empty while no join is in progress. On overflow it restarts, and joins with an older page read again.
 */
export class ReplayBuffer {
  #joining = 0;
  #frames: Frame[] = [];
  /** The sequence number of the first buffered frame. */
  #from = 0;
  #characters = 0;

  /**
   * A join begins.
   *
   * @param next the sequence number of the next delivery
   */
  begin(next: number): void {
    if (this.#joining++ === 0) this.restart(next);
  }

  end(next: number): void {
    if (--this.#joining === 0) this.restart(next);
  }

  restart(next: number): void {
    this.#frames = [];
    this.#characters = 0;
    this.#from = next;
  }

  /** Buffers the frame with this sequence number, if a join is in progress. */
  add(frame: Frame, seq: number): void {
    if (this.#joining === 0) return;
    if (this.#frames.length >= framesAtMost || this.#characters + frame.text.length > charactersAtMost) {
      this.restart(seq + 1);
      return;
    }
    this.#frames.push(frame);
    this.#characters += frame.text.length;
  }

  /** Whether the buffer holds every frame from this sequence number on. */
  covers(seq: number): boolean {
    return seq >= this.#from;
  }

  /** Returns every frame from this sequence number on. */
  since(seq: number): readonly Frame[] {
    return this.#frames.slice(Math.max(0, seq - this.#from));
  }
}

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
