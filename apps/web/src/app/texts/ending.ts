import { plural } from './plural.ts';

/** What came of ending sessions. */
export const endingTexts = {
  none: $localize`:@@ending.none:No connection was open.`,
  closed: (n: number, time: string) =>
    plural(n, {
      one: $localize`:@@ending.closed.one:${n}:count: connection was closed in ${time}:time:.`,
      few: $localize`:@@ending.closed.few:${n}:count: connections were closed in ${time}:time:.`,
      many: $localize`:@@ending.closed.many:${n}:count: connections were closed in ${time}:time:.`,
      other: $localize`:@@ending.closed.other:${n}:count: connections were closed in ${time}:time:.`,
    }),
  untold: $localize`:@@ending.untold:Not every server could be told yet: what is still open there is closed as soon as it can be.`,
} as const;
