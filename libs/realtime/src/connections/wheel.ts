/** An item that a wheel can schedule. Only the wheel uses the three fields. */
export interface Spoke {
  wheelSlot: number;
  wheelNext: Spoke | undefined;
  wheelPrevious: Spoke | undefined;
}

const slots = 256;

/**
 * A hashed timing wheel (Varghese and Lauck 1987): one timer for all items. Items that are due more than one rotation ahead are
 * visited early, so the visitor checks what is due and reschedules the item.
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
   * @param visit called with each due item, already removed from the wheel, and the monotonic time
   * @param late called before the visits of a tick that is more than ten ticks late, because the process was blocked or suspended
   */
  constructor(tickMs: number, visit: (spoke: S, now: number) => void, late: (lateMs: number, now: number) => void) {
    this.tickMs = tickMs;
    this.#visit = visit;
    this.#late = late;
  }

  /** Schedules an item `delayMs` milliseconds from now (at least one tick), replacing its earlier schedule. */
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

  /** Removes an item from the wheel, if it is scheduled. */
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
    // Does not keep the process alive; the server socket does.
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
    // Empty the slot first, because a visit may schedule an item into the same slot.
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
