import type { Frame } from '../connections/frame.ts';

const framesAtMost = 1_024;
const charactersAtMost = 1024 * 1024;

/**
 * What was delivered in a room since the first of those who are joining began: they get it behind their reply. One for all of
 * them, and nothing is kept while nobody is joining. When it is full it starts anew, and whoever has an older page reads again.
 */
export class KeptFrames {
  #joining = 0;
  #frames: Frame[] = [];
  /** The sequence of the first frame kept. */
  #from = 0;
  #characters = 0;

  /** One more is joining. @param next the next sequence that will be delivered */
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

  /** Keeps a frame with this sequence, if anybody is joining. */
  keep(frame: Frame, seq: number): void {
    if (this.#joining === 0) return;
    if (this.#frames.length >= framesAtMost || this.#characters + frame.text.length > charactersAtMost) {
      this.restart(seq + 1);
      return;
    }
    this.#frames.push(frame);
    this.#characters += frame.text.length;
  }

  /** Whether all from this sequence on is here. */
  reaches(seq: number): boolean {
    return seq >= this.#from;
  }

  /** Everything from this sequence on. */
  since(seq: number): readonly Frame[] {
    return this.#frames.slice(Math.max(0, seq - this.#from));
  }
}
