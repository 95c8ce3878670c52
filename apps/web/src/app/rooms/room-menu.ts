import { Component, computed, inject, input, signal } from '@angular/core';
import { MatMenu, MatMenuContent, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { roomMenuTexts } from '../texts/rooms.ts';
import { Icon } from '../ui/icon.ts';
import { RoomActions } from './room-actions.ts';
import { RoomDirectory } from './room-directory.ts';

/** The actions of the current room. */
@Component({
  selector: 'app-room-menu',
  imports: [Icon, MatMenu, MatMenuContent, MatMenuItem, MatMenuTrigger],
  template: `
    @if (room(); as room) {
      <button
        type="button"
        class="icon-button"
        [attr.aria-label]="texts.label"
        [title]="texts.label"
        [matMenuTriggerFor]="menu"
      >
        <app-icon name="more" />
      </button>
      <mat-menu #menu="matMenu" xPosition="before">
        <ng-template matMenuContent>
          <button mat-menu-item (click)="members()">
            <span class="item"><app-icon name="people" [size]="18" />{{ texts.members }}</span>
          </button>
          @if (room.isMember && !(room.private && room.canManage)) {
            <button mat-menu-item (click)="leave()">
              <span class="item"><app-icon name="sign_out" [size]="18" />{{ texts.leave }}</span>
            </button>
          }
        </ng-template>
      </mat-menu>
    }
    @if (failure(); as failure) {
      <p class="failure" role="alert">{{ failure }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: var(--s2);
    }

    .item {
      display: flex;
      align-items: center;
      gap: var(--s3);

      > app-icon {
        color: var(--ink-3);
      }
    }

    .failure {
      order: -1;
      color: var(--danger);
      font-size: var(--t-s);
    }
  `,
})
export class RoomMenu {
  readonly name = input.required<string>();

  private readonly directory = inject(RoomDirectory);
  private readonly actions = inject(RoomActions);
  protected readonly texts = roomMenuTexts;
  protected readonly room = computed(() => this.directory.find(this.name()));
  protected readonly failure = signal<string | undefined>(undefined);

  protected members(): void {
    void this.actions.members(this.name());
  }

  protected async leave(): Promise<void> {
    this.failure.set(undefined);
    this.failure.set(await this.actions.leave(this.name()));
  }
}
