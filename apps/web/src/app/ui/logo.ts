import { Component, input } from '@angular/core';

/** The logo: a ticket with its perforation. Decorative. */
@Component({
  selector: 'app-logo',
  host: { 'aria-hidden': 'true' },
  template: `
    <svg viewBox="0 0 32 32" [attr.width]="size()" [attr.height]="size()">
      <rect width="32" height="32" rx="8" />
      <path
        class="ticket"
        d="M7 11.5A1.5 1.5 0 0 1 8.5 10h15a1.5 1.5 0 0 1 1.5 1.5V14a2 2 0 0 0 0 4v2.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 7 20.5V18a2 2 0 0 0 0-4z"
      />
      <path class="perforation" d="M19.5 12.2v7.6" />
    </svg>
  `,
  styles: `
    :host,
    svg {
      display: block;
      flex: none;
    }

    rect {
      fill: #0b6e5f;
    }

    .ticket {
      fill: #eafaf5;
    }

    .perforation {
      stroke: #0b6e5f;
      stroke-width: 1.6;
      stroke-linecap: round;
      stroke-dasharray: 0.1 2.5;
    }
  `,
})
export class Logo {
  /** Size in CSS pixels. */
  readonly size = input(32);
}
