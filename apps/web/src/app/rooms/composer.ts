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
import { injectTouch } from '../ui/environment.ts';
import { composerTexts } from '../texts/room.ts';
import { type Completed, Completer } from './completer.ts';
import type { Suggestion } from './completion.ts';
import { Drafts } from './session-storage.ts';
import { Suggestions } from './suggestions.ts';

/** The counter appears this many characters before the limit. */
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
  /** The maximum length in characters (code points, as the server counts). */
  readonly most = input.required<number>();
  /** The reason why the last text could not be sent. */
  readonly failure = input<string | undefined>(undefined);
  /** Users who can be mentioned, the most likely first. */
  readonly people = input<readonly string[]>([]);
  /** The message that is being edited. */
  readonly editing = input<RoomMessage>();
  /** An archived room is read-only. The field stays, so that a draft can be copied. */
  readonly archived = input(false);
  readonly send = output<string>();
  /** Emits the new text of the edited message. */
  readonly save = output<string>();
  /** Emits when editing is canceled. */
  readonly leave = output();
  /** Emits on ArrowUp in an empty field: requests to edit the last message. */
  readonly editLast = output();
  /** Emits while the user types a new message. */
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
  protected readonly ready = computed(() => !this.archived() && sendable(this.text()) !== '' && this.left() >= 0);
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

  /** Restores a text that could not be sent. */
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
    // Set immediately and not with the next rendering, because the user may type in between.
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

/** The relevant part of a keyboard event. */
interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** The key code during composition with an input method. Some browsers report a composition only by this code. */
const composingCode = 229;

/**
 * Whether a key press means "send". On a screen keyboard Enter breaks the line, as there is no other way to; Ctrl+Enter and Cmd+Enter send
 * everywhere, so a keyboard attached to a tablet can.
 */
export function sends(event: KeyPress, touch: boolean): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === composingCode) return false;
  return event.ctrlKey || event.metaKey || !(event.shiftKey || touch);
}

/** The text to send, without leading empty lines and trailing white space. */
export function sendable(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}

/** The length in code points, as the server counts. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Resizes the field in browsers without CSS `field-sizing`. */
function fitToContent(field: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  const box = field.form;
  // Keeps the height of the box during measurement; otherwise the messages above would scroll.
  if (box !== null) box.style.minBlockSize = `${box.offsetHeight}px`;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
  if (box !== null) box.style.minBlockSize = '';
}
