import type { RefusalGroupsQuery, RefusalsQuery } from '@usher/operator-api';
import { refusalsTexts } from '../../texts/operator-refusals.ts';
import type { FilterValues } from '../data/url-filter.ts';
import { explainedReasons, titleOf } from '../../explain/explanation.ts';
import type { FilterField } from '../ui/filter-bar.ts';

/** The names of the filter in the URL; `last` is a number of minutes, `by` groups. */
export const refusalFilterNames = ['kind', 'reason', 'user', 'address', 'origin', 'node', 'last', 'by'] as const;
export type RefusalFilter = FilterValues<(typeof refusalFilterNames)[number]>;

export type GroupField = RefusalGroupsQuery['by'];

const { fields, kinds, times } = refusalsTexts;

/** Reasons of closes and of sockets that are not refusals. */
const closes: readonly string[] = [
  'going_away',
  'normal',
  'connection_lost',
  'service_restart',
  'lease_expired',
  'heartbeat_missed',
  'slow_consumer',
  'rate_limit_abused',
  'malformed_messages',
  'closed_by_operator',
  'handshake_refused',
  'invalid_ticket',
];

const reasonOptions = explainedReasons
  .filter((reason) => !closes.includes(reason))
  .map((reason) => ({ value: reason, label: titleOf(reason) }))
  .toSorted((a, b) => a.label.localeCompare(b.label));

export const refusalFields: readonly FilterField[] = [
  { name: 'reason', label: fields.reason, options: reasonOptions },
  { name: 'user', label: fields.user },
  { name: 'address', label: fields.address },
  { name: 'origin', label: fields.origin },
  { name: 'node', label: fields.node },
  {
    name: 'kind',
    label: fields.kind,
    options: [
      { value: 'handshake', label: kinds.handshake },
      { value: 'ticket', label: kinds.ticket },
      { value: 'sign_in', label: kinds.sign_in },
    ],
  },
  {
    name: 'last',
    label: fields.last,
    options: [
      { value: '5', label: times.minutes },
      { value: '60', label: times.hour },
      { value: '1440', label: times.day },
    ],
  },
];

/** The query of a filter. Values of the URL that are not valid do not filter. */
export function refusalQueryOf(filter: RefusalFilter): RefusalsQuery {
  const { kind, last, reason, user, address, origin, node } = filter;
  const minutes = Number(last);
  return {
    ...(reason !== undefined && { reason }),
    ...(user !== undefined && { user }),
    ...(address !== undefined && { address }),
    ...(origin !== undefined && { origin }),
    ...(node !== undefined && { node }),
    ...((kind === 'ticket' || kind === 'handshake' || kind === 'sign_in') && { kind }),
    ...(minutes > 0 && { since: Date.now() - minutes * 60_000 }),
  };
}

export function groupFieldOf({ by }: RefusalFilter): GroupField | undefined {
  return by === 'reason' || by === 'origin' || by === 'address' || by === 'user' || by === 'node' ? by : undefined;
}
