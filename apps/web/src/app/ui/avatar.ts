import { Component, computed, input } from '@angular/core';

/** The first letter of a name on a color that depends on the name. Decorative: the name is shown beside it. */
@Component({
  selector: 'app-avatar',
  host: { 'aria-hidden': 'true', '[style.--hue]': 'hue()', '[attr.data-letter]': 'letter()' },
  template: '',
  styles: `
    :host {
      /* Drawn by CSS, so that it is not part of any text or accessible name. */
      &::before {
        content: attr(data-letter);
      }

      display: inline-grid;
      place-items: center;
      inline-size: var(--avatar, 2.25rem);
      block-size: var(--avatar, 2.25rem);
      flex: none;
      border-radius: var(--round);
      background: light-dark(oklch(0.9 0.055 var(--hue)), oklch(0.36 0.06 var(--hue)));
      color: light-dark(oklch(0.36 0.09 var(--hue)), oklch(0.9 0.06 var(--hue)));
      font-size: calc(var(--avatar, 2.25rem) * 0.42);
      font-weight: 700;
      line-height: 1;
      user-select: none;
    }

    @media (forced-colors: active) {
      :host {
        outline: 1px solid CanvasText;
        outline-offset: -1px;
      }
    }
  `,
})
export class Avatar {
  readonly name = input.required<string>();
  protected readonly letter = computed(() => (/\p{L}|\p{N}/u.exec(this.name())?.[0] ?? '?').toUpperCase());
  protected readonly hue = computed(() => hueOf(this.name()));
}

/** A hue in degrees, derived from the name (FNV-1a). Steps of 30° keep hues distinguishable. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return ((hash >>> 8) % 12) * 30;
}
