import {
  Component,
  type ElementRef,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Icon } from '../ui/icon.ts';
import { texts } from '../texts.ts';
import { Drafts } from './drafts.ts';

/** Where the counter appears: this close to the limit. */
const nearLimit = 400;

/** The field that one writes in. Enter sends, Shift+Enter begins a new line, and what is not sent is kept for the room. */
@Component({
  selector: 'app-composer',
  imports: [Icon],
  templateUrl: './composer.html',
  styleUrl: './composer.scss',
})
export class Composer {
  readonly room = input.required<string>();
  readonly title = input.required<string>();
  /** The longest text in characters (code points, as the server counts). */
  readonly most = input.required<number>();
  /** Why the last text could not be taken, in words. */
  readonly trouble = input<string | undefined>(undefined);
  readonly send = output<string>();

  private readonly drafts = inject(Drafts);
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');

  protected readonly texts = texts;
  protected readonly text = signal('');
  protected readonly left = computed(() => this.most() - lengthOf(sendable(this.text())));
  protected readonly counted = computed(() => this.left() <= nearLimit);
  protected readonly ready = computed(() => sendable(this.text()) !== '' && this.left() >= 0);

  constructor() {
    effect(() => {
      const draft = this.drafts.of(this.room());
      untracked(() => {
        this.text.set(draft);
      });
    });
    effect(() => {
      const text = this.text();
      const field = this.field().nativeElement;
      if (field.value !== text) field.value = text;
      fitToContent(field);
    });
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  /** Gives back a text that could not be taken. */
  putBack(text: string): void {
    this.typed(text);
  }

  protected typed(text: string): void {
    this.text.set(text);
    this.drafts.keep(this.room(), text);
  }

  protected pressed(event: KeyboardEvent): void {
    if (!sends(event)) return;
    event.preventDefault();
    this.submit();
  }

  protected submit(): void {
    if (!this.ready()) return;
    const text = sendable(this.text());
    this.typed('');
    this.send.emit(text);
    this.focus();
  }
}

/** What of a keyboard event counts here. */
interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** Whether a key press means "send". While an input method composes, Enter chooses a word; some browsers tell it by the code 229 only. */
export function sends(event: KeyPress): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** The text as it is sent: without empty lines before and white space after it; what stands inside stays as it is. */
export function sendable(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}

/** Characters as the server counts them: code points, so an emoji may be one and not two. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Browsers that cannot size a field by its content (CSS `field-sizing`) get a hand. */
function fitToContent(field: HTMLTextAreaElement): void {
  if (Reflect.has(field.style, 'fieldSizing')) return;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}
