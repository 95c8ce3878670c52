/** Something that a wheel looks at when its time comes. The three fields are the wheel's own. */
export interface Spoke {
  wheelSlot: number;
  wheelNext: Spoke | undefined;
  wheelPrevious: Spoke | undefined;
}

const slots = 256;

/**
 * One timer for everybody: a hashed timing wheel (Varghese and Lauck 1987). Whatever lies further ahead than one turn is
 * looked at early, so the visitor decides by itself what is due and puts the spoke back.
 */
export class Wheel<S extends Spoke> {
  readonly tickMs: number;
  readonly #heads: (S | undefined)[] = new Array<S | undefined>(slots).fill(undefined);
  readonly #visit: (spoke: S, now: number) => void;
  readonly #late: (lateMs: number, now: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #ticks = 0;
  #size = 0;

  /**
   * @param visit called with each spoke that is due, already taken off the wheel, and the monotonic time
   * @param late called before the visits of a tick that came more than ten ticks late: the process had no time for anybody
   */
  constructor(tickMs: number, visit: (spoke: S, now: number) => void, late: (lateMs: number, now: number) => void) {
    this.tickMs = tickMs;
    this.#visit = visit;
    this.#late = late;
  }

  /** Puts a spoke on the wheel, `delayMs` from now (a tick at least), wherever it was before. */
  put(spoke: S, delayMs: number): void {
    this.take(spoke);
    if (this.#timer === undefined) this.#start();
    const behind = Math.max(0, Math.floor((performance.now() - this.#startedAt) / this.tickMs) - this.#ticks);
    const ahead = Math.min(slots - 1, Math.max(1, behind + Math.ceil(delayMs / this.tickMs)));
    const slot = (this.#ticks + ahead) % slots;
    const head = this.#heads[slot];
    spoke.wheelSlot = slot;
    spoke.wheelNext = head;
    if (head !== undefined) head.wheelPrevious = spoke;
    this.#heads[slot] = spoke;
    this.#size++;
  }

  /** Takes a spoke off the wheel, if it is on it. */
  take(spoke: S): void {
    const slot = spoke.wheelSlot;
    if (slot < 0) return;
    const next = spoke.wheelNext as S | undefined;
    if (spoke.wheelPrevious === undefined) this.#heads[slot] = next;
    else spoke.wheelPrevious.wheelNext = next;
    if (next !== undefined) next.wheelPrevious = spoke.wheelPrevious;
    spoke.wheelSlot = -1;
    spoke.wheelNext = undefined;
    spoke.wheelPrevious = undefined;
    this.#size--;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    this.#startedAt = performance.now();
    this.#ticks = 0;
    // Not a reason to keep a process alive: the server's socket is.
    this.#timer = setInterval(() => {
      this.#turn();
    }, this.tickMs).unref();
  }

  #turn(): void {
    const now = performance.now();
    const target = Math.floor((now - this.#startedAt) / this.tickMs);
    const behind = target - this.#ticks;
    if (behind > 10) this.#late((behind - 1) * this.tickMs, now);
    for (let slot = this.#ticks + 1; slot <= Math.min(target, this.#ticks + slots); slot++) {
      this.#visitSlot(slot % slots, now);
    }
    this.#ticks = Math.max(this.#ticks, target);
    if (this.#size === 0) this.stop();
  }

  #visitSlot(slot: number, now: number): void {
    let spoke = this.#heads[slot];
    // Taken off as a whole first, since a visit may put a spoke into this very slot.
    this.#heads[slot] = undefined;
    const due: S[] = [];
    for (; spoke !== undefined; spoke = spoke.wheelNext as S | undefined) due.push(spoke);
    for (const each of due) {
      each.wheelSlot = -1;
      each.wheelNext = undefined;
      each.wheelPrevious = undefined;
      this.#size--;
    }
    for (const each of due) this.#visit(each, now);
  }
}
