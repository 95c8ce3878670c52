import { type Signal, computed, linkedSignal, signal } from '@angular/core';
import { type Emoji, type Naming, type Suggestion, emojiFor, namingAt, peopleFor, spelledEmoji } from './completion.ts';

/** The emoji, once somebody names one; the same for all rooms. */
const emoji = signal<readonly Emoji[]>([]);
let loading: Promise<void> | undefined;

function loadEmoji(): void {
  loading ??= import('gemoji').then(
    ({ gemoji }) => {
      emoji.set(gemoji);
    },
    () => {
      // Nothing is suggested; the next one tries again.
      loading = undefined;
    },
  );
}

/** Another text of the field, and where the caret stands in it. */
export interface Completed {
  readonly text: string;
  readonly caret: number;
}

/** Completes `@name` and `:emoji` while somebody types: what fits, which of it is chosen, and what becomes of the text. */
export class Completer {
  private readonly people: Signal<readonly string[]>;
  private readonly naming = signal<Naming | undefined>(undefined);

  readonly suggestions: Signal<readonly Suggestion[]> = computed(() => {
    const naming = this.naming();
    if (naming === undefined) return [];
    const { kind, query } = naming;
    if (kind === 'emoji') return emojiFor(query, emoji());
    const fitting = peopleFor(query, this.people());
    // Who is named in full already needs no help.
    return fitting.length === 1 && fitting[0]?.key === query ? [] : fitting;
  });
  readonly kind = computed(() => this.naming()?.kind);
  readonly open = computed(() => this.suggestions().length > 0);
  /** The number of the one that is chosen: the first, whenever others fit. */
  readonly active = linkedSignal<readonly Suggestion[], number>({ source: this.suggestions, computation: () => 0 });

  /** @param people who may be meant, the likeliest first */
  constructor(people: Signal<readonly string[]>) {
    this.people = people;
  }

  /** The text or the caret is another one. @returns the text as it should be, where an emoji was spelled out. */
  look(text: string, caret: number): Completed | undefined {
    const naming = namingAt(text, caret);
    if (naming?.kind === 'emoji') loadEmoji();
    this.naming.set(naming);
    const spelled = spelledEmoji(text, caret, emoji());
    if (spelled === undefined) return undefined;
    return replaced(text, spelled.from, caret, spelled.emoji);
  }

  close(): void {
    this.naming.set(undefined);
  }

  /** Goes to the next one, or with -1 to the one before; behind the last comes the first. */
  move(step: 1 | -1): void {
    const { length } = this.suggestions();
    if (length > 0) this.active.update((index) => (index + step + length) % length);
  }

  /** The text with that one, or the chosen one, in it. */
  take(text: string, suggestion = this.suggestions()[this.active()]): Completed | undefined {
    const naming = this.naming();
    this.close();
    if (naming === undefined || suggestion === undefined) return undefined;
    // One space is enough, where one follows already.
    const to = text[naming.to] === ' ' ? naming.to + 1 : naming.to;
    return replaced(text, naming.from, to, suggestion.insert);
  }
}

function replaced(text: string, from: number, to: number, insert: string): Completed {
  return { text: text.slice(0, from) + insert + text.slice(to), caret: from + insert.length };
}
