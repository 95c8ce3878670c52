import { plural } from './plural.ts';

/** The outcome of ending sessions. */
export const endingTexts = {
  none: $localize`:@@ending.none:No open connections.`,
  closed: (n: number, time: string) =>
    plural(n, {
      one: $localize`:@@ending.closed.one:${n}:count: connection closed in ${time}:time:.`,
      few: $localize`:@@ending.closed.few:${n}:count: connections closed in ${time}:time:.`,
      many: $localize`:@@ending.closed.many:${n}:count: connections closed in ${time}:time:.`,
      other: $localize`:@@ending.closed.other:${n}:count: connections closed in ${time}:time:.`,
    }),
  untold: $localize`:@@ending.untold:Some servers didn’t confirm yet; their connections close as soon as they do.`,
} as const;
