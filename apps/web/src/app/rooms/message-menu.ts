import { Component, type ElementRef, computed, output, signal, viewChild } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import type { RoomMessage } from '@usher/client/rooms';
import { messageTexts } from '../texts/room.ts';
import { Icon } from '../ui/icon.ts';

/** The actions of a message. One menu for all messages; it opens at the button that was pressed. */
@Component({
  selector: 'app-message-menu',
  imports: [Icon, MatMenu, MatMenuItem, MatMenuTrigger],
  template: `
    <span
      #anchor
      class="anchor"
      [matMenuTriggerFor]="menu"
      [matMenuTriggerRestoreFocus]="false"
      (menuClosed)="closed()"
    ></span>
    <mat-menu #menu="matMenu">
      @for (item of items(); track item.does) {
        <button mat-menu-item (click)="chosen(item.does)">
          <span class="item"
            ><app-icon [name]="item.icon" [size]="18" /><span>{{ item.text }}</span></span
          >
        </button>
      }
    </mat-menu>
  `,
  styles: `
    /* Only positions the menu. The labeled control is the button of the message. */
    .anchor {
      position: fixed;
      visibility: hidden;
    }

    .item {
      display: flex;
      align-items: center;
      gap: var(--s3);

      > app-icon {
        color: var(--ink-3);
      }
    }
  `,
})
export class MessageMenu {
  readonly copyText = output<RoomMessage>();
  readonly edit = output<RoomMessage>();
  readonly remove = output<RoomMessage>();

  private readonly trigger = viewChild.required(MatMenuTrigger);
  private readonly anchor = viewChild.required<ElementRef<HTMLElement>>('anchor');
  private readonly message = signal<RoomMessage | undefined>(undefined);
  private readonly own = signal(false);
  private button: HTMLElement | undefined;

  protected readonly items = computed(() => [
    { does: 'copyText', icon: 'copy', text: messageTexts.copy } as const,
    ...(this.own()
      ? ([
          { does: 'edit', icon: 'edit', text: messageTexts.edit },
          { does: 'remove', icon: 'trash', text: messageTexts.remove },
        ] as const)
      : []),
  ]);

  /** @param own whether the reader wrote the message and may change it */
  open(message: RoomMessage, own: boolean, button: HTMLElement): void {
    const { left, top, width, height } = button.getBoundingClientRect();
    // Set directly, because the anchor must be in position before the menu opens, not after the next rendering.
    Object.assign(this.anchor().nativeElement.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.message.set(message);
    this.own.set(own);
    this.button = button;
    button.setAttribute('aria-expanded', 'true');
    this.trigger().openMenu();
  }

  protected chosen(does: 'copyText' | 'edit' | 'remove'): void {
    const message = this.message();
    // The focus moves to the composer.
    if (does === 'edit') this.free();
    if (message !== undefined) this[does].emit(message);
  }

  protected closed(): void {
    this.free()?.focus({ preventScroll: true });
  }

  private free(): HTMLElement | undefined {
    const { button } = this;
    this.button = undefined;
    button?.removeAttribute('aria-expanded');
    return button;
  }
}
