import { Component, computed, inject } from '@angular/core';
import { connectionTexts } from '../texts/connection.ts';
import { milliseconds, sparkline } from './format.ts';
import { RoundTrips, maxTrips } from './round-trips.ts';

const width = 240;
const height = 44;

@Component({
  selector: 'app-round-trip-card',
  providers: [RoundTrips],
  host: { class: 'card' },
  template: `
    <h2>{{ texts.roundTrip }}</h2>
    <p class="figure">{{ figure() }}</p>
    <!-- Also before the first result, so that the layout does not shift. -->
    <svg
      preserveAspectRatio="none"
      [attr.viewBox]="box"
      [attr.role]="line() ? 'img' : null"
      [attr.aria-label]="line() ? label() : null"
      [attr.aria-hidden]="line() ? null : true"
    >
      @if (line()) {
        <path class="area" [attr.d]="area()" />
        <path class="line" [attr.d]="line()" />
      }
    </svg>
    <p class="hint">{{ range() }}</p>
  `,
  styles: `
    svg {
      display: block;
      inline-size: 100%;
      block-size: 2.75rem;
      border-block-end: 1px solid var(--line);
      overflow: visible;
    }

    .line {
      fill: none;
      stroke: var(--accent);
      stroke-width: 1.75;
      stroke-linejoin: round;
      stroke-linecap: round;
      vector-effect: non-scaling-stroke;
    }

    .area {
      fill: color-mix(in srgb, var(--accent) 14%, transparent);
    }
  `,
})
export class RoundTripCard {
  private readonly roundTrips = inject(RoundTrips);

  protected readonly texts = connectionTexts;
  protected readonly box = `0 -2 ${width} ${height + 4}`;
  protected readonly figure = computed(() => {
    const last = this.roundTrips.last();
    return last === undefined ? connectionTexts.roundTripNone : milliseconds(last);
  });
  protected readonly line = computed(() => sparkline(this.trips(), maxTrips, width, height));
  protected readonly area = computed(() => {
    const begin = ((maxTrips - this.trips().length) * width) / (maxTrips - 1);
    return `${this.line()}L${width} ${height}L${begin.toFixed(1)} ${height}Z`;
  });
  protected readonly range = computed(() => {
    const trips = this.trips();
    if (!this.roundTrips.open()) return connectionTexts.roundTripDisconnected;
    if (trips.length < 2) return connectionTexts.roundTripHint;
    return connectionTexts.range(milliseconds(Math.min(...trips)), milliseconds(Math.max(...trips)));
  });
  protected readonly label = computed(() => {
    const [last, least, most] = [this.trips().at(-1) ?? 0, Math.min(...this.trips()), Math.max(...this.trips())];
    return connectionTexts.roundTripChart(Math.round(last), Math.round(least), Math.round(most));
  });
  private readonly trips = this.roundTrips.trips;
}
