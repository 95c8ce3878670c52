import type { Frame } from '../connections/frame.ts';

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
