import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { RequestFailed } from '@usher/client';
import { receiptTexts } from '../../texts/operator-refusals.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { titleOf } from '../../explain/explanation.ts';
import { RefusalFacts } from '../refusals/refusal-facts.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { isReceipt, isoOf, receiptOf, stampOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';
import { EmptyList } from '../ui/empty-list.ts';
import { Timeline } from '../ui/timeline.ts';
import { ReceiptForm } from '../ui/receipt-form.ts';

/** Looks up a receipt and shows the steps of its connection attempt. */
@Component({
  selector: 'app-receipts-page',
  imports: [ConsolePage, Placeholders, Notes, ReceiptForm, RefusalFacts, RouterLink, EmptyList, Timeline],
  templateUrl: './receipts-page.html',
  styleUrl: './receipts-page.scss',
})
export class ReceiptsPage {
  private readonly socket = inject(OperatorSocket);
  private readonly filter = injectUrlFilter(['code']);
  private readonly query = new LiveQuery(this.filter.values, async ({ code = '' }, signal) => {
    const receipt = receiptOf(code);
    if (!isReceipt(receipt)) return undefined;
    try {
      return await this.socket.request('receipt', { receipt }, { signal });
    } catch (error) {
      if (error instanceof RequestFailed && error.code === 'not_found') return 'none';
      throw error;
    }
  });

  protected readonly texts = receiptTexts;
  protected readonly code = computed(() => receiptOf(this.filter.values().code ?? ''));
  protected readonly error = this.query.error;
  protected readonly found = computed(() => {
    const value = this.query.value();
    return value === 'none' ? undefined : value;
  });
  protected readonly isUnknown = computed(() => this.query.value() === 'none');
  protected readonly busy = computed(() => this.code() !== '' && this.query.value() === undefined && !this.error());
  protected readonly outcome = computed(() => {
    const found = this.found();
    if (found === undefined) return '';
    if (found.refusal !== undefined) return titleOf(found.refusal.reason);
    const closed = found.connection?.closed;
    return closed === undefined ? receiptTexts.notRefused : titleOf(closed.name ?? String(closed.code));
  });

  protected time(at: number): string {
    return stampOf(at, Date.now());
  }

  protected iso(at: number): string {
    return isoOf(at);
  }

  protected reload(): void {
    this.query.reload();
  }
}
