import { Component, input, output } from '@angular/core';
import { composerTexts } from '../texts/room.ts';
import { Avatar } from '../ui/avatar.ts';
import type { Suggestion } from './completion.ts';

/** The list of completions above the composer. The focus stays in the field, which refers to the active option. */
@Component({
  selector: 'app-suggestions',
  imports: [Avatar],
  // A listener on the whole list, since its options never receive the focus.
  host: { '(pointerdown)': '$event.preventDefault()', '(click)': 'pressed($event)' },
  template: `
    <ul role="listbox" [id]="id" [attr.aria-label]="label()">
      @for (each of items(); track each.key; let index = $index) {
        <li role="option" [id]="optionId(index)" [attr.aria-selected]="index === active()">
          @if (each.emoji) {
            <span class="emoji" aria-hidden="true">{{ each.emoji }}</span>
          } @else {
            <app-avatar [name]="each.label" />
          }
          <span class="one-line">{{ each.label }}</span>
        </li>
      }
    </ul>
    <p class="sr-only" role="status">{{ texts.suggested(items().length) }}</p>
  `,
  styles: `
    ul {
      --avatar: 1.5rem;

      overflow: hidden auto;
      max-block-size: min(19rem, 45dvh);
      padding: var(--s1);
      border: 1px solid var(--line);
      border-radius: var(--r3);
      background: var(--raised);
      box-shadow: var(--shadow-2);
    }

    li {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-block-size: 2.25rem;
      padding: var(--s1) var(--s3);
      border-radius: var(--r2);
      cursor: pointer;
    }

    li:hover {
      background: var(--hover);
    }

    li[aria-selected='true'] {
      background: var(--accent-soft);
      color: var(--on-accent-soft);
    }

    .emoji {
      inline-size: 1.5rem;
      font-size: 1.25rem;
      text-align: center;
    }

    @media (pointer: coarse) {
      li {
        min-block-size: 2.75rem;
      }
    }
  `,
})
export class Suggestions {
  readonly items = input.required<readonly Suggestion[]>();
  readonly active = input.required<number>();
  readonly label = input.required<string>();
  readonly take = output<Suggestion>();

  protected readonly texts = composerTexts;
  readonly id = 'suggestions';

  protected pressed({ target }: Event): void {
    const option = target instanceof Element ? target.closest('[role=option]') : null;
    const suggestion = this.items().find((_, index) => this.optionId(index) === option?.id);
    if (suggestion !== undefined) this.take.emit(suggestion);
  }

  optionId(index: number): string {
    return `suggestion-${index}`;
  }
}
