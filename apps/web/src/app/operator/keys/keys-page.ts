import { Component, computed, inject } from '@angular/core';
import type { ApiKey } from '@usher/operator-api';
import { keysTexts } from '../../texts/operator-keys.ts';
import { injectDialog } from '../../ui/dialog.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { injectAction } from '../ui/action.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { agoOf, dateOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';
import { EmptyList } from '../ui/empty-list.ts';

const everyMs = 15_000;

/** The API keys of backends. */
@Component({
  selector: 'app-keys-page',
  imports: [ConsolePage, Placeholders, Icon, Notes, EmptyList],
  templateUrl: './keys-page.html',
  styleUrl: './keys-page.scss',
})
export class KeysPage {
  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly act = injectAction();
  private readonly dialog = injectDialog();
  private readonly now = injectNow(10_000);
  protected readonly query = new LiveQuery(
    () => undefined,
    (_, signal) => this.socket.request('keys', {}, { signal }),
    everyMs,
  );

  protected readonly texts = keysTexts;
  protected readonly rows = computed(() => this.query.value()?.keys.map((key) => this.rowOf(key)));

  protected async create(): Promise<void> {
    await this.dialog(async () => (await import('./new-key-dialog.ts')).NewKeyDialog);
    this.query.reload();
  }

  protected async revoke({ id, name }: ApiKey): Promise<void> {
    const { heading, text, yes } = keysTexts.question;
    await this.act({ heading: heading(name), text, yes, danger: true, run: () => this.actions.revokeKey(id) });
    this.query.reload();
  }

  private rowOf(key: ApiKey) {
    const { scopes, createdAt, createdBy, expiresAt, usedAt, revokedAt } = key;
    const isExpired = expiresAt !== undefined && expiresAt <= this.now();
    return {
      key,
      scopes,
      isRevoked: revokedAt !== undefined,
      isExpired,
      about: [
        usedAt === undefined ? keysTexts.neverUsed : keysTexts.used(agoOf(usedAt, this.now())),
        keysTexts.created(dateOf(createdAt), createdBy),
        revokedAt === undefined ? undefined : keysTexts.revokedAt(dateOf(revokedAt)),
        expiresAt === undefined || isExpired ? undefined : keysTexts.expires(dateOf(expiresAt)),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
    };
  }
}
