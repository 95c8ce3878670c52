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
import type { RoomMessage } from '@usher/client/rooms';
import { Icon } from '../ui/icon.ts';
import { injectTouch } from '../ui/touch.ts';
import { composerTexts } from '../texts/composer.ts';
import { type Completed, Completer } from './completer.ts';
import type { Suggestion } from './completion.ts';
import { Drafts } from './drafts.ts';
import { Suggestions } from './suggestions.ts';

/** Where the counter appears: this close to the limit. */
const nearLimit = 400;

/**
 * The field for writing a message. Enter sends and Shift+Enter breaks the line; on a screen keyboard Enter breaks the line and the button
 * sends. A text that is not sent is kept for the room. Messages are edited here too, while the draft is kept.
 */
@Component({
  selector: 'app-composer',
  imports: [Icon, Suggestions],
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
  /** Who may be mentioned, the likeliest first. */
  readonly people = input<readonly string[]>([]);
  /** The message whose text is being changed. */
  readonly editing = input<RoomMessage>();
  readonly send = output<string>();
  /** The text that the edited message is to have. */
  readonly save = output<string>();
  /** The edited message stays as it is. */
  readonly leave = output();
  /** ArrowUp in an empty field: the last message of one's own is meant. */
  readonly editLast = output();
  /** Somebody is writing something new. */
  readonly typing = output();

  private readonly drafts = inject(Drafts);
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');
  private readonly list = viewChild(Suggestions);

  protected readonly texts = composerTexts;
  protected readonly touch = injectTouch();
  protected readonly keys = computed(() => {
    if (this.touch()) return this.editing() ? composerTexts.editingTouchKeys : composerTexts.touchKeys;
    return this.editing() ? composerTexts.editingKeys : composerTexts.keys;
  });
  protected readonly completer = new Completer(this.people);
  protected readonly text = signal('');
  protected readonly left = computed(() => this.most() - lengthOf(sendable(this.text())));
  protected readonly counted = computed(() => this.left() <= nearLimit);
  protected readonly ready = computed(() => sendable(this.text()) !== '' && this.left() >= 0);
  protected readonly activeOption = computed(() => {
    const list = this.list();
    return this.completer.open() ? list?.optionId(this.completer.active()) : undefined;
  });

  constructor() {
    effect(() => {
      const text = this.editing()?.text ?? this.drafts.of(this.room());
      untracked(() => {
        this.text.set(text);
        this.completer.close();
      });
    });
    effect(() => {
      const text = this.text();
      const field = this.field().nativeElement;
      if (field.value !== text) field.value = text;
      fitToContent(field);
    });
    effect(() => {
      if (this.editing() !== undefined) untracked(() => this.field()).nativeElement.focus();
    });
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  /** Gives back a text that could not be taken. */
  putBack(text: string): void {
    this.change(text);
  }

  protected typed(field: HTMLTextAreaElement): void {
    const spelled = this.completer.look(field.value, field.selectionStart);
    if (spelled === undefined) this.change(field.value);
    else this.complete(spelled);
    if (this.editing() === undefined && sendable(this.text()) !== '') this.typing.emit();
  }

  protected pressed(event: KeyboardEvent): void {
    if (this.isComposing(event)) return;
    if (this.completer.open() && this.pressedInList(event)) {
      event.preventDefault();
      return;
    }
    if (sends(event, this.touch())) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape' && this.editing() !== undefined) {
      event.preventDefault();
      this.leave.emit();
    } else if (event.key === 'ArrowUp' && this.text() === '' && this.editing() === undefined) {
      event.preventDefault();
      this.editLast.emit();
    }
  }

  protected submit(): void {
    if (!this.ready()) return;
    const text = sendable(this.text());
    if (this.editing() !== undefined) {
      this.save.emit(text);
    } else {
      this.change('');
      this.send.emit(text);
    }
    this.completer.close();
    this.focus();
  }

  protected take(suggestion?: Suggestion): void {
    this.complete(this.completer.take(this.text(), suggestion));
    this.focus();
  }

  private pressedInList({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === 'ArrowDown') this.completer.move(1);
    else if (key === 'ArrowUp') this.completer.move(-1);
    else if (key === 'Escape') this.completer.close();
    else if ((key === 'Enter' || key === 'Tab') && !shiftKey) this.take();
    else return false;
    return true;
  }

  private complete(completed: Completed | undefined): void {
    if (completed === undefined) return;
    this.change(completed.text);
    const field = this.field().nativeElement;
    // At once and not with the next rendering: more may be typed by then.
    field.value = completed.text;
    field.setSelectionRange(completed.caret, completed.caret);
  }

  private change(text: string): void {
    this.text.set(text);
    if (this.editing() === undefined) this.drafts.keep(this.room(), text);
  }

  private isComposing({ isComposing, keyCode }: KeyPress): boolean {
    return isComposing || keyCode === composingCode;
  }
}

/** What of a keyboard event counts here. */
interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** While an input method composes, its keys choose words; some browsers tell it by this code only. */
const composingCode = 229;

/**
 * Whether a key press means "send". On a screen keyboard Enter breaks the line, as there is no other way to; Ctrl+Enter and Cmd+Enter send
 * everywhere, so a keyboard attached to a tablet can.
 */
export function sends(event: KeyPress, touch: boolean): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === composingCode) return false;
  return event.ctrlKey || event.metaKey || !(event.shiftKey || touch);
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
  if (CSS.supports('field-sizing', 'content')) return;
  const box = field.form;
  // While it is measured the field is small: what is around it must not move, or the messages above are scrolled.
  if (box !== null) box.style.minBlockSize = `${box.offsetHeight}px`;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
  if (box !== null) box.style.minBlockSize = '';
}
