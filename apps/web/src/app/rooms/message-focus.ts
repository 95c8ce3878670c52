/** The element of a message that the arrow keys focus. */
const reachable = 'button.more';

/** The scroll container and the list of messages in it. */
interface Elements {
  readonly scroller: HTMLElement;
  readonly list: HTMLElement;
}

/** Keeps the keyboard focus in a list of messages whose rows are added, removed and deleted while the user works in it. */
export class MessageFocus {
  private readonly elements: () => Elements;
  /** The message that was deleted while its button had the focus. */
  private deleting: number | undefined;

  /** @param elements returns the elements; must only be called after the first rendering */
  constructor(elements: () => Elements) {
    this.elements = elements;
  }

  focusList(): void {
    this.elements().scroller.focus({ preventScroll: true });
  }

  /** Moves the focus between messages with the arrow keys, so that Tab does not stop at each message. */
  move(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const { target } = event;
    if (step === undefined || !(target instanceof HTMLElement) || !target.matches(reachable)) return;
    const all = this.buttons();
    const next = all[all.indexOf(target) + step];
    event.preventDefault();
    next?.focus();
  }

  /** The index of the rendered row whose button is the target of an event; `undefined` for any other target. */
  indexOf(target: EventTarget | null): number | undefined {
    if (!(target instanceof HTMLElement) || !target.matches(reachable)) return undefined;
    const item = target.closest('li');
    return [...this.elements().list.children].findIndex((each) => each === item);
  }

  /** Call this before a message is deleted. If its button has the focus, `restore` moves the focus to the next message with a button. */
  keepAfterDelete(seq: number): void {
    this.deleting = seq;
  }

  /** Focuses the list if the focused row is outside of the rows that stay in the DOM, so that the keys of the list keep working. */
  hold(from: number, to: number): void {
    const { list } = this.elements();
    const item = list.ownerDocument.activeElement?.closest('li');
    if (item?.parentElement !== list) return;
    const index = [...list.children].indexOf(item);
    if (index < from || index >= to) this.focusList();
  }

  /** Call this after each rendering. */
  restore(): void {
    const seq = this.deleting;
    if (seq === undefined) return;
    const { list } = this.elements();
    const item = list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (item?.querySelector(reachable)) return;
    this.deleting = undefined;
    const { activeElement, body } = list.ownerDocument;
    if (activeElement !== body) return;
    const all = this.buttons();
    const next = all.find((button) => item && item.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    const target = next ?? all.at(-1);
    if (target === undefined) this.focusList();
    else target.focus({ preventScroll: true });
  }

  private buttons(): HTMLElement[] {
    return [...this.elements().list.querySelectorAll<HTMLElement>(reachable)];
  }
}
