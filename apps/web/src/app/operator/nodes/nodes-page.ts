import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { NodeInfo } from '@usher/operator-api';
import { nodesTexts } from '../../texts/operator-nodes.ts';
import { injectNow } from '../../ui/environment.ts';
import { OperatorActions } from '../data/actions.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { injectAction } from '../ui/action.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { type Fact, Facts } from '../ui/facts.ts';
import { agoOf, countOf, memoryOf, msOf, rateOf, spanOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';

const everyMs = 2_000;

/** The nodes with their health. A node can be drained. */
@Component({
  selector: 'app-nodes-page',
  imports: [ConsolePage, Facts, Placeholders, Notes, RouterLink],
  templateUrl: './nodes-page.html',
  styleUrl: './nodes-page.scss',
})
export class NodesPage {
  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly act = injectAction();
  private readonly now = injectNow(5_000);
  protected readonly query = new LiveQuery(
    () => undefined,
    (_, signal) => this.socket.request('nodes', {}, { signal }),
    everyMs,
  );

  protected readonly texts = nodesTexts;
  protected readonly nodes = computed(() => {
    const nodes = this.query.value()?.nodes;
    const accepting = nodes?.filter(({ draining }) => !draining).length ?? 0;
    // The server does not drain the only node that accepts clients.
    return nodes?.map((node) => ({ node, facts: this.factsOf(node), canDrain: !node.draining && accepting > 1 }));
  });
  protected readonly isAlone = computed(() => this.nodes()?.length === 1 && this.query.value()?.missing.length === 0);

  protected async drain(node: string): Promise<void> {
    const { heading, text, yes } = nodesTexts.drainQuestion;
    await this.act({
      heading: heading(node),
      text,
      yes,
      danger: true,
      run: () => this.actions.drainNode(node),
    });
    this.query.reload();
  }

  private factsOf(node: NodeInfo): readonly Fact[] {
    const { facts, left } = nodesTexts;
    return [
      { name: facts.version, value: node.version },
      { name: facts.uptime, value: agoOf(node.startedAt, this.now()) },
      { name: facts.connections, value: countOf(node.connections) },
      { name: facts.refusals, value: rateOf(node.refusals) },
      { name: facts.delay, value: msOf(node.eventLoopDelayMs) },
      { name: facts.memory, value: memoryOf(node.memoryBytes) },
      { name: facts.store, value: msOf(node.storeMs) },
      { name: facts.bus, value: node.busMs === undefined ? undefined : msOf(node.busMs) },
      { name: facts.offset, value: node.clockOffsetMs === undefined ? undefined : msOf(node.clockOffsetMs) },
      { name: facts.lease, value: node.leaseMs === undefined ? undefined : left(spanOf(node.leaseMs)) },
    ];
  }
}
