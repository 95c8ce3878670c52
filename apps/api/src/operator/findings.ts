import type { Finding, NodeInfo } from '@usher/operator-api';
import type { RefusalSummary } from './refusal-summary.ts';

export interface Observed {
  readonly nodes: readonly NodeInfo[];
  /** Live nodes that did not respond. */
  readonly missing: readonly string[];
  /** The refusals of the last five minutes. */
  readonly refusals: readonly RefusalSummary[];
}

/** Above these values a node is slow, in milliseconds. */
const slow = { eventLoop: 200, store: 500, bus: 500, clock: 2_000 } as const;

/** Returns what is wrong now, errors first. */
export function findingsOf({ nodes, missing, refusals }: Observed): Finding[] {
  const found = [
    ...missing.map(missingNode),
    ...nodes.flatMap((node) => findingsOfNode(node)),
    ...refusals.flatMap((summary) => findingOfRefusals(summary)),
  ];
  return [
    ...found.filter(({ severity }) => severity === 'error'),
    ...found.filter(({ severity }) => severity === 'warning'),
  ];
}

function missingNode(node: string): Finding {
  return {
    id: `missing:${node}`,
    severity: 'error',
    title: `Node ${node} does not respond`,
    advice: 'Check whether its process runs and reaches Redis. Numbers and lists do not contain this node.',
  };
}

function findingsOfNode({ node, ...state }: NodeInfo): Finding[] {
  const { eventLoopDelayMs, storeMs, busMs, clockOffsetMs = 0 } = state;
  const findings: Finding[] = [];
  const add = (name: string, severity: Finding['severity'], title: string, advice: string): void => {
    findings.push({ id: `${name}:${node}`, severity, title: `Node ${node} ${title}`, advice });
  };
  if (state.draining) {
    add('draining', 'warning', 'is draining', 'It refuses tickets and handshakes until its process is restarted.');
  }
  if (storeMs === undefined) {
    add(
      'store',
      'error',
      'gets no response from the database',
      'Check the database and the network to it, and its log lines.',
    );
  } else if (storeMs > slow.store) {
    add(
      'store',
      'warning',
      `waits ${Math.round(storeMs)} ms for the database`,
      'Check the load of the database and the network to it.',
    );
  }
  if (busMs === undefined) {
    add('bus', 'error', 'does not receive its own messages from the bus', 'Check Redis and the network to it.');
  } else if (busMs > slow.bus) {
    add(
      'bus',
      'warning',
      `waits ${Math.round(busMs)} ms for the bus`,
      'Check the load of Redis and the network to it.',
    );
  }
  if (eventLoopDelayMs > slow.eventLoop) {
    const severity = eventLoopDelayMs > 5 * slow.eventLoop ? 'error' : 'warning';
    const advice = 'Its CPU is overloaded: add a node, or find out what else runs on the machine.';
    add('event_loop', severity, `responds up to ${Math.round(eventLoopDelayMs)} ms late`, advice);
  }
  if (Math.abs(clockOffsetMs) > slow.clock) {
    const direction = clockOffsetMs > 0 ? 'ahead of' : 'behind';
    const title = `has a clock ${Math.round(Math.abs(clockOffsetMs) / 1_000)} s ${direction} the database`;
    add('clock', 'warning', title, 'Synchronize its clock (NTP): access tokens expire by it.');
  }
  return findings;
}

/** A number of refusals in five minutes from which they are a finding, and what they mean. */
interface Rule {
  readonly from: number;
  readonly severity: Finding['severity'];
  readonly title: (summary: RefusalSummary) => string;
  readonly advice: (summary: RefusalSummary) => string;
}

const inWindow = 'in 5 minutes';

const rules: Readonly<Record<string, Rule>> = {
  origin_forbidden: {
    from: 5,
    severity: 'error',
    title: ({ count, origin = 'unknown', addresses }) =>
      `${count} handshakes refused ${inWindow}: the origin ${origin} is not allowed${allFrom(common(addresses, count))}`,
    advice: ({ origin = 'the origin', addresses, count }) =>
      `If people open your app at ${origin}, add it to ALLOWED_ORIGINS. Otherwise ${proxyAt(common(addresses, count))} ` +
      'does not forward the header Origin unchanged, or another site opens sockets to this server.',
  },
  used: {
    from: 1,
    severity: 'error',
    title: ({ count, users }) => `${count} consumed tickets were presented again ${inWindow}${named('by', users)}`,
    advice: () =>
      'A client or proxy repeats handshakes, or a ticket leaked, for example from a log of URLs. Compare the addresses. REPLAY_ENDS_SESSION=true ends such sessions.',
  },
  unknown: {
    from: 20,
    severity: 'warning',
    title: ({ count, addresses }) => `${count} handshakes with unknown tickets ${inWindow}${named('from', addresses)}`,
    advice: () =>
      'After a restart of the server or of Redis, clients request new tickets and this ends. Otherwise a client guesses tickets: block its address.',
  },
  malformed: {
    from: 20,
    severity: 'warning',
    title: ({ count, addresses }) =>
      `${count} handshakes with malformed tickets ${inWindow}${named('from', addresses)}`,
    advice: () => 'A faulty client or a scanner sends them: block the address if you do not know it.',
  },
  early: {
    from: 20,
    severity: 'warning',
    title: ({ count }) => `${count} clients connected before their slot ${inWindow}`,
    advice: () => 'A client ignores connectAfterMs of the ticket call. Update it.',
  },
  at_capacity: {
    from: 1,
    severity: 'error',
    title: ({ count }) => `${count} clients were refused ${inWindow}: the server is full`,
    advice: () => 'Add a node, or raise MAX_CONNECTIONS and the limit of open files.',
  },
  store_unavailable: {
    from: 1,
    severity: 'error',
    title: ({ count }) => `${count} clients were refused ${inWindow}: a store did not respond`,
    advice: () => 'Check the database and Redis.',
  },
  too_many_connections: {
    from: 5,
    severity: 'warning',
    title: ({ count, users }) => `${count} clients were refused ${inWindow}: too many connections${named('of', users)}`,
    advice: () =>
      'These users have many tabs or a client that does not close its sockets. The limit is MAX_CONNECTIONS_PER_USER.',
  },
  unsupported_protocol: {
    from: 5,
    severity: 'warning',
    title: ({ count, addresses }) =>
      `${count} handshakes offered no supported subprotocol ${inWindow}${named('from', addresses)}`,
    advice: () => 'The client belongs to another version or another server. Update it.',
  },
  invalid_credentials: {
    from: 30,
    severity: 'warning',
    title: ({ count, addresses }) => `${count} sign-ins failed ${inWindow}${named('from', addresses)}`,
    advice: () =>
      'A client may be guessing passwords. Sign-ins are limited for each account and address; block the address if it continues.',
  },
  too_many_attempts: {
    from: 5,
    severity: 'warning',
    title: ({ count, addresses }) => `${count} sign-ins exceeded the limit ${inWindow}${named('from', addresses)}`,
    advice: () =>
      'A client may be guessing passwords. If many people share the address, they can sign in when the limit has passed.',
  },
};

function findingOfRefusals(summary: RefusalSummary): Finding[] {
  const rule = Object.hasOwn(rules, summary.reason) ? rules[summary.reason] : undefined;
  if (rule === undefined || summary.count < rule.from) return [];
  const { reason, origin, firstAt } = summary;
  const address = common(summary.addresses, summary.count);
  const user = common(summary.users, summary.count);
  return [
    {
      id: origin === undefined ? reason : `${reason}:${origin}`,
      severity: rule.severity,
      title: rule.title(summary),
      advice: rule.advice(summary),
      since: firstAt,
      refusals: {
        reason,
        ...(origin === undefined ? {} : { origin }),
        ...(address === undefined ? {} : { address }),
        ...(user === undefined ? {} : { user }),
      },
    },
  ];
}

/** The value that all refusals of a summary have. */
function common([first]: RefusalSummary['users'], count: number): string | undefined {
  return first?.count === count ? first.value : undefined;
}

function allFrom(address: string | undefined): string {
  return address === undefined ? '' : `, all from ${address}`;
}

function proxyAt(address: string | undefined): string {
  return address === undefined ? 'a proxy' : `the proxy at ${address}`;
}

/** The most frequent values. */
function named(preposition: string, values: RefusalSummary['users']): string {
  if (values.length === 0) return '';
  const shown = values.slice(0, 3).map(({ value }) => value);
  const more = values.length > shown.length ? ' and others' : '';
  return `, ${preposition} ${shown.join(', ')}${more}`;
}
