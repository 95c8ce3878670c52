import { plural } from './language.ts';

export const overviewTexts = {
  heading: $localize`:@@overview.heading:Overview`,
  node: $localize`:@@overview.node:Node`,
  now: $localize`:@@overview.now:Right now`,
  fine: $localize`:@@overview.fine:No problems found.`,
  fineHint: $localize`:@@overview.fineHint:Current problems appear here, with links to the related refusals.`,
  showRefusals: $localize`:@@overview.showRefusals:Show refusals`,
  since: (ago: string) => $localize`:@@overview.since:first seen ${ago}:ago:`,
  severity: {
    error: $localize`:@@overview.severity.error:Error`,
    warning: $localize`:@@overview.severity.warning:Warning`,
  },
  figures: {
    connections: $localize`:@@overview.figures.connections:Connections`,
    connects: $localize`:@@overview.figures.connects:Connects/s`,
    refusals: $localize`:@@overview.figures.refusals:Refusals/s`,
    messages: $localize`:@@overview.figures.messages:Messages/s`,
    deliveries: $localize`:@@overview.figures.deliveries:Deliveries/s`,
    eventLoopDelayMs: $localize`:@@overview.figures.eventLoopDelayMs:Event-loop delay`,
    memoryBytes: $localize`:@@overview.figures.memoryBytes:Memory`,
    storeMs: $localize`:@@overview.figures.storeMs:Store latency`,
  },
  users: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@overview.users.one:${shown}:count: user`,
      few: $localize`:@@overview.users.few:${shown}:count: users`,
      many: $localize`:@@overview.users.many:${shown}:count: users`,
      other: $localize`:@@overview.users.other:${shown}:count: users`,
    }),
  hour: $localize`:@@overview.hour:Last hour`,
  hourHint: $localize`:@@overview.hourHint:The charts fill up while the server runs.`,
  chart: (name: string, last: string, least: string, most: string) =>
    $localize`:@@overview.chart:${name}:name:, last hour: now ${last}:last:, lowest ${least}:least:, highest ${most}:most:`,
  noChart: (name: string) => $localize`:@@overview.noChart:${name}:name:: nothing measured yet`,
  most: (value: string) => $localize`:@@overview.most:max ${value}:value:`,
  reasons: $localize`:@@overview.reasons:Refusals in the last 5 minutes`,
  noReasons: $localize`:@@overview.noReasons:No refused ticket calls or handshakes in the last 5 minutes.`,
  nodes: $localize`:@@overview.nodes:Nodes`,
  nodesRegion: $localize`:@@overview.nodesRegion:Table of nodes`,
  columns: {
    node: $localize`:@@overview.columns.node:Node`,
    connections: $localize`:@@overview.columns.connections:Connections`,
    connects: $localize`:@@overview.columns.connects:Connects/s`,
    refusals: $localize`:@@overview.columns.refusals:Refusals/s`,
    messages: $localize`:@@overview.columns.messages:Messages/s`,
    deliveries: $localize`:@@overview.columns.deliveries:Deliveries/s`,
    delay: $localize`:@@overview.columns.delay:Loop delay`,
    memory: $localize`:@@overview.columns.memory:Memory`,
    store: $localize`:@@overview.columns.store:Store`,
  },
  draining: $localize`:@@overview.draining:draining`,
} as const;
