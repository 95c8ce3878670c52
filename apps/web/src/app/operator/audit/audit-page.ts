import { Component, DOCUMENT, computed, inject, signal } from '@angular/core';
import type { AuditEntry } from '@usher/operator-api';
import { consoleTexts } from '../../texts/operator.ts';
import { auditTexts } from '../../texts/operator-audit.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { PagedQuery } from '../data/paged-query.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { FilterBar, type FilterField } from '../ui/filter-bar.ts';
import { isoOf, stampOf } from '../ui/format.ts';
import { QueryList } from '../ui/query-list.ts';
import { EmptyList } from '../ui/empty-list.ts';

/** Checks the chain of hashes. */
const verifyCommand = 'npm run audit:verify -- --file audit.jsonl';

/** The changes of operators, newest first. */
@Component({
  selector: 'app-audit-page',
  imports: [ConsolePage, FilterBar, Icon, QueryList, EmptyList],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly document = inject(DOCUMENT);
  protected readonly filter = injectUrlFilter(['by', 'action', 'target']);
  protected readonly query = new PagedQuery({
    params: this.filter.values,
    load: async (filter, cursor, signal) => {
      const params = { ...filter, ...(cursor !== undefined && { cursor }) };
      const { entries, ...page } = await this.socket.request('audit', params, { signal });
      return { items: entries, ...page };
    },
    countNew: async (filter, [newest], signal) => {
      const { entries } = await this.socket.request('audit', filter, { signal });
      return entries.filter(({ seq }) => seq > (newest?.seq ?? 0)).length;
    },
  });
  private readonly now = injectNow(10_000);

  protected readonly texts = { audit: auditTexts, console: consoleTexts } as const;
  protected readonly command = verifyCommand;
  protected readonly fields: readonly FilterField[] = [
    { name: 'by', label: auditTexts.fields.by },
    { name: 'action', label: auditTexts.fields.action },
    { name: 'target', label: auditTexts.fields.target },
  ];
  protected readonly isFiltered = computed(() => Object.keys(this.filter.values()).length > 0);
  protected readonly exporting = signal(false);
  protected readonly exportFailed = signal(false);
  protected readonly rows = computed(() => this.query.items()?.map((entry) => this.rowOf(entry)));

  /** Saves the log as a file. A plain link could not send the access token. */
  protected async save(): Promise<void> {
    if (this.exporting()) return;
    this.exporting.set(true);
    this.exportFailed.set(false);
    try {
      const url = URL.createObjectURL(await this.actions.exportAudit());
      const link = this.document.createElement('a');
      link.href = url;
      link.download = 'audit.jsonl';
      link.click();
      // Delayed, because the browser reads the file after the click.
      setTimeout(() => {
        URL.revokeObjectURL(url);
      }, 10_000);
    } catch {
      this.exportFailed.set(true);
    } finally {
      this.exporting.set(false);
    }
  }

  private rowOf({ seq, at, by, address, action, target, completes, detail, hash }: AuditEntry) {
    return {
      seq,
      hash,
      action,
      target,
      time: stampOf(at, this.now()),
      iso: isoOf(at),
      about: [by, address === undefined ? undefined : auditTexts.from(address)]
        .filter((part) => part !== undefined)
        .join(' '),
      number: auditTexts.number(seq),
      proof: completes === undefined ? undefined : auditTexts.proof(completes),
      detail: detail === undefined ? undefined : JSON.stringify(detail, undefined, 2),
    };
  }
}
