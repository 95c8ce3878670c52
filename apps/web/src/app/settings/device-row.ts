import { Component, ElementRef, computed, inject, input, output } from '@angular/core';
import type { Session } from '@usher/chat-api';
import { dateOf } from '../rooms/times.ts';
import { devicesTexts } from '../texts/settings.ts';
import { Icon } from '../ui/icon.ts';
import { agoOf, deviceIcons, deviceText } from './format.ts';

/** A session of the user. */
@Component({
  selector: 'li[app-device]',
  imports: [Icon],
  // Not in the tab order; receives the focus when the row before it is removed.
  host: { tabindex: '-1', '[class.current]': 'session().current' },
  templateUrl: './device-row.html',
  styleUrl: './device-row.scss',
})
export class DeviceRow {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  readonly session = input.required<Session>();
  /** The current time (Unix ms). */
  readonly now = input.required<number>();
  readonly busy = input(false);
  readonly end = output();

  protected readonly texts = devicesTexts;
  protected readonly icon = computed(() => deviceIcons[this.session().device.kind]);
  protected readonly kind = computed(() => devicesTexts.kinds[this.session().device.kind]);
  protected readonly name = computed(() => deviceText(this.session().device));
  protected readonly facts = computed(() => {
    const { address, connections, seenAt } = this.session();
    const seen = devicesTexts.seen(agoOf(seenAt, this.now()));
    // A count of 0 is not shown: other nodes may have connections of this session.
    const open = connections === 0 ? undefined : devicesTexts.connections(connections);
    return [seen, address, open].filter((fact) => fact !== undefined);
  });
  protected readonly since = computed(() => devicesTexts.since(dateOf(this.session().startedAt)));

  focus(): void {
    this.host.nativeElement.focus();
  }
}
