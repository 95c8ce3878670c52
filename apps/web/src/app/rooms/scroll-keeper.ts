import type { Place } from './open-rooms.ts';

/** So near to the end (px) counts as being there: a finger does not stop at the last pixel. */
const atEndPx = 48;

/**
 * Keeps the place in a list that changes above, below and in size: the end stays the end, otherwise the message at the upper edge
 * stays where it is. Browsers have scroll anchoring for this, but not all of them, so it is done by hand here (`overflow-anchor: none`).
 */
export class ScrollKeeper {
  private scroller: HTMLElement | undefined;
  private list: HTMLElement | undefined;
  private atEnd = true;
  /** What stands at the upper edge, and how far below it (px; negative where it is cut). */
  private anchor: { readonly item: HTMLElement; readonly offset: number } | undefined;
  /** A place from before, until the message it names is there. */
  private wanted: Exclude<Place, 'end'> | undefined;
  private gliding = false;

  attach(scroller: HTMLElement, list: HTMLElement, place: Place): void {
    this.scroller = scroller;
    this.list = list;
    this.atEnd = place === 'end';
    this.wanted = place === 'end' ? undefined : place;
    this.restore();
  }

  /** To be called when the reader scrolled. */
  remember(): void {
    const { scroller } = this;
    if (scroller === undefined) return;
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    if (this.gliding) {
      // On the way to the end, new messages must not stop the way.
      if (below < 1) this.gliding = false;
      return;
    }
    this.atEnd = below <= atEndPx;
    this.wanted = undefined;
    this.anchor = this.atEnd ? undefined : this.find();
  }

  /** To be called when the list or its frame changed. */
  restore(): void {
    const { scroller, list } = this;
    if (scroller === undefined || list === undefined) return;
    if (this.wanted !== undefined) {
      const item = list.querySelector<HTMLElement>(`[data-seq="${this.wanted.seq}"]`);
      if (item === null) return;
      this.anchor = { item, offset: this.wanted.offset };
      this.wanted = undefined;
    }
    if (this.gliding) return;
    if (this.atEnd || this.anchor?.item.isConnected !== true) {
      if (this.atEnd) scroller.scrollTop = scroller.scrollHeight;
      else this.anchor = this.find();
      return;
    }
    const top = this.anchor.item.offsetTop - this.anchor.offset;
    // Setting it even where nothing changed would end a fling of the finger.
    if (Math.abs(scroller.scrollTop - top) >= 1) scroller.scrollTop = top;
  }

  toEnd(smooth: boolean): void {
    const { scroller } = this;
    if (scroller === undefined) return;
    this.atEnd = true;
    this.wanted = undefined;
    this.anchor = undefined;
    const calm = smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    // A long way is not scrolled through: it would take long and show nothing.
    this.gliding = calm && below > 1 && below < 4 * scroller.clientHeight;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: this.gliding ? 'smooth' : 'instant' });
  }

  /** The reader took over: a way to the end that is under way is given up. */
  interrupt(): void {
    if (!this.gliding) return;
    this.gliding = false;
    this.remember();
  }

  where(): { readonly place: Place; readonly above: number } {
    const above = this.scroller?.scrollTop ?? 0;
    if (this.wanted !== undefined) return { place: this.wanted, above };
    const seq = Number(this.anchor?.item.dataset['seq']);
    if (this.atEnd || this.anchor === undefined || !Number.isFinite(seq)) return { place: 'end', above };
    return { place: { seq, offset: this.anchor.offset }, above };
  }

  /** The first message that is not wholly above the upper edge, by halving: a list may be long. */
  private find(): { item: HTMLElement; offset: number } | undefined {
    const { scroller, list } = this;
    if (scroller === undefined || list === undefined) return undefined;
    const items = [...list.querySelectorAll<HTMLElement>(':scope > [data-seq]')];
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = items[middle];
      if (item !== undefined && item.offsetTop + item.offsetHeight <= scroller.scrollTop) low = middle + 1;
      else high = middle;
    }
    const item = items[low];
    return item === undefined ? undefined : { item, offset: item.offsetTop - scroller.scrollTop };
  }
}
