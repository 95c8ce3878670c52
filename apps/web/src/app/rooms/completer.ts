import { type Signal, computed, linkedSignal, signal } from '@angular/core';
import { type Emoji, type Naming, type Suggestion, emojiFor, namingAt, peopleFor, spelledEmoji } from './completion.ts';

/** The emoji table, loaded on first use and shared by all rooms. */
const emoji = signal<readonly Emoji[]>([]);
let loading: Promise<void> | undefined;

function loadEmoji(): void {
  loading ??= import('gemoji').then(
    ({ gemoji }) => {
      emoji.set(gemoji);
    },
    () => {
      // There are no suggestions until the next use tries again.
      loading = undefined;
    },
  );
}

/** A new text of the field, and the position of its caret. */
export interface Completed {
  readonly text: string;
  readonly caret: number;
}

/** Completes `@name` and `:emoji` while the user types: the matching suggestions, the active one and the resulting text. */
export class Completer {
  private readonly people: Signal<readonly string[]>;
  private readonly naming = signal<Naming | undefined>(undefined);

  readonly suggestions: Signal<readonly Suggestion[]> = computed(() => {
    const naming = this.naming();
    if (naming === undefined) return [];
    const { kind, query } = naming;
    if (kind === 'emoji') return emojiFor(query, emoji());
    const fitting = peopleFor(query, this.people());
    // A complete name needs no suggestions.
    return fitting.length === 1 && fitting[0]?.key === query ? [] : fitting;
  });
  readonly kind = computed(() => this.naming()?.kind);
  readonly open = computed(() => this.suggestions().length > 0);
  /** The index of the active suggestion; resets to the first one when the suggestions change. */
  readonly active = linkedSignal<readonly Suggestion[], number>({ source: this.suggestions, computation: () => 0 });

  /** @param people the users who can be mentioned, the most likely first */
  constructor(people: Signal<readonly string[]>) {
    this.people = people;
  }

  /** Updates the suggestions after an input. @returns the new text if an emoji name was completed by its last colon */
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

  /** Moves to the next (1) or previous (-1) suggestion, wrapping around. */
  move(step: 1 | -1): void {
    const { length } = this.suggestions();
    if (length > 0) this.active.update((index) => (index + step + length) % length);
  }

  /** The text with the given suggestion, or the active one, inserted. */
  take(text: string, suggestion = this.suggestions()[this.active()]): Completed | undefined {
    const naming = this.naming();
    this.close();
    if (naming === undefined || suggestion === undefined) return undefined;
    // Does not add a second space.
    const to = text[naming.to] === ' ' ? naming.to + 1 : naming.to;
    return replaced(text, naming.from, to, suggestion.insert);
  }
}

function replaced(text: string, from: number, to: number, insert: string): Completed {
  return { text: text.slice(0, from) + insert + text.slice(to), caret: from + insert.length };
}
