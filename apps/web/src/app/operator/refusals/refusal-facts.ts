import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Refusal } from '@usher/operator-api';
import { refusalsTexts } from '../../texts/operator-refusals.ts';
import { ExplanationCard } from '../../explain/explanation-card.ts';
import { explanationOf } from '../../explain/explanation.ts';
import { type Fact, Facts } from '../ui/facts.ts';

/** All facts of a refusal: its explanation, the code that the client received, its origin, and links to related pages. */
@Component({
  selector: 'app-refusal-facts',
  imports: [ExplanationCard, Facts, RouterLink],
  templateUrl: './refusal-facts.html',
  styleUrl: './refusal-facts.scss',
})
export class RefusalFacts {
  readonly refusal = input.required<Refusal>();
  protected readonly texts = refusalsTexts;
  /** Whether a filter leads to more refusals like this one. */
  readonly linked = input(true);
  protected readonly explanation = computed(() => explanationOf(this.refusal().reason));
  protected readonly facts = computed<readonly Fact[]>(() => {
    const { receipt, kind, code, reason, address, origin, userAgent, node } = this.refusal();
    const { fields, clientSaw, kinds } = refusalsTexts;
    return [
      { name: fields.kind, value: kinds[kind] },
      { name: clientSaw, value: code },
      { name: refusalsTexts.reason, value: reason },
      { name: refusalsTexts.receipt, value: receipt, link: ['/admin/receipts'], query: { code: receipt } },
      { name: fields.node, value: node },
      { name: fields.address, value: address },
      { name: fields.origin, value: origin, wide: true },
      { name: refusalsTexts.userAgent, value: userAgent, wide: true },
    ];
  });
}
