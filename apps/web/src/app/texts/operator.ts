import { plural } from './language.ts';

/** The layout of the operator console, and what its pages share. */
export const consoleTexts = {
  name: $localize`:@@console.name:Operator console`,
  navigation: $localize`:@@console.navigation:Operator console pages`,
  back: $localize`:@@console.back:Back to chat`,
  signedInAs: (user: string) => $localize`:@@console.signedInAs:Signed in as ${user}:user:`,
  connection: $localize`:@@console.connection:Connection status`,
  lost: $localize`:@@console.lost:Not connected. What you see may be out of date.`,
  retry: $localize`:@@console.retry:Retry now`,
  refused: (title: string) => $localize`:@@console.refused:The server refused access to the console: ${title}:title:.`,
  pages: {
    overview: $localize`:@@console.pages.overview:Overview`,
    refusals: $localize`:@@console.pages.refusals:Refusals`,
    receipts: $localize`:@@console.pages.receipts:Receipts`,
    connections: $localize`:@@console.pages.connections:Connections`,
    users: $localize`:@@console.pages.users:Users`,
    rooms: $localize`:@@console.pages.rooms:Rooms`,
    keys: $localize`:@@console.pages.keys:API keys`,
    nodes: $localize`:@@console.pages.nodes:Nodes`,
    audit: $localize`:@@console.pages.audit:Audit`,
  },
  titles: {
    overview: $localize`:@@console.titles.overview:Operator console`,
    refusals: $localize`:@@console.titles.refusals:Refusals · Operator console`,
    receipts: $localize`:@@console.titles.receipts:Receipts · Operator console`,
    connections: $localize`:@@console.titles.connections:Connections · Operator console`,
    users: $localize`:@@console.titles.users:Users · Operator console`,
    rooms: $localize`:@@console.titles.rooms:Rooms · Operator console`,
    keys: $localize`:@@console.titles.keys:API keys · Operator console`,
    nodes: $localize`:@@console.titles.nodes:Nodes · Operator console`,
    audit: $localize`:@@console.titles.audit:Audit · Operator console`,
  },
  loading: $localize`:@@console.loading:Loading…`,
  more: $localize`:@@console.more:Load more`,
  shown: (shown: string, total: string) => $localize`:@@console.shown:${shown}:shown: of ${total}:total:`,
  newer: (n: number) =>
    plural(n, {
      one: $localize`:@@console.newer.one:Show ${n}:count: new`,
      few: $localize`:@@console.newer.few:Show ${n}:count: new`,
      many: $localize`:@@console.newer.many:Show ${n}:count: new`,
      other: $localize`:@@console.newer.other:Show ${n}:count: new`,
    }),
  reload: $localize`:@@console.reload:Reload`,
  missing: (nodes: string) =>
    $localize`:@@console.missing:Incomplete: no response from ${nodes}:nodes:. The other nodes are shown.`,
  failures: {
    timeout: $localize`:@@console.failures.timeout:The server did not respond in time.`,
    disconnected: $localize`:@@console.failures.disconnected:Not connected to the server.`,
    store: $localize`:@@console.failures.store:The server can’t reach its storage.`,
    notFound: $localize`:@@console.failures.notFound:Not found. It may have been removed, or is no longer kept.`,
    rate: $localize`:@@console.failures.rate:Too many queries. Try again in a few seconds.`,
    other: $localize`:@@console.failures.other:The query failed.`,
  },
  all: $localize`:@@console.all:All nodes`,
  unknown: $localize`:@@console.unknown:unknown`,
  none: $localize`:@@console.none:–`,
} as const;

export const filterTexts = {
  heading: $localize`:@@filter.heading:Filters`,
  show: (n: number) => (n === 0 ? filterTexts.heading : $localize`:@@filter.show:Filters (${n}:count:)`),
  clear: $localize`:@@filter.clear:Clear filters`,
  any: $localize`:@@filter.any:Any`,
  apply: $localize`:@@filter.apply:Apply`,
} as const;

export const actionTexts = {
  cancel: $localize`:@@action.cancel:Cancel`,
  close: $localize`:@@action.close:Close`,
  busy: $localize`:@@action.busy:Waiting for the nodes…`,
  proof: $localize`:@@action.proof:Proof`,
  proofHint: $localize`:@@action.proofHint:What each node closed, and how long that took.`,
  node: $localize`:@@action.node:Node`,
  notifiedHint: $localize`:@@action.notifiedHint:How many connections each node notified, and how long that took.`,
  closed: $localize`:@@action.closed:Closed`,
  notified: $localize`:@@action.notified:Notified`,
  time: $localize`:@@action.time:Time`,
  silent: $localize`:@@action.silent:no response`,
  done: $localize`:@@action.done:Done.`,
  total: (n: number) =>
    plural(n, {
      one: $localize`:@@action.total.one:${n}:count: connection closed.`,
      few: $localize`:@@action.total.few:${n}:count: connections closed.`,
      many: $localize`:@@action.total.many:${n}:count: connections closed.`,
      other: $localize`:@@action.total.other:${n}:count: connections closed.`,
    }),
  totalNotified: (n: number) =>
    plural(n, {
      one: $localize`:@@action.totalNotified.one:${n}:count: connection notified.`,
      few: $localize`:@@action.totalNotified.few:${n}:count: connections notified.`,
      many: $localize`:@@action.totalNotified.many:${n}:count: connections notified.`,
      other: $localize`:@@action.totalNotified.other:${n}:count: connections notified.`,
    }),
  incomplete: (nodes: string) =>
    $localize`:@@action.incomplete:The change is stored, but ${nodes}:nodes: did not confirm it. The change takes effect there as soon as the node is back.`,
  aNode: $localize`:@@action.aNode:a node`,
  copy: $localize`:@@action.copy:Copy`,
  copied: $localize`:@@action.copied:Copied`,
  notCopied: $localize`:@@action.notCopied:Couldn’t copy. Select the text and copy it yourself.`,
} as const;
