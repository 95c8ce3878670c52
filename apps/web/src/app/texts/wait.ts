import { plural } from './plural.ts';

export const waitTexts = {
  seconds: (n: number) =>
    plural(n, {
      one: $localize`:@@wait.seconds.one:${n}:count: second`,
      few: $localize`:@@wait.seconds.few:${n}:count: seconds`,
      many: $localize`:@@wait.seconds.many:${n}:count: seconds`,
      other: $localize`:@@wait.seconds.other:${n}:count: seconds`,
    }),
  minutes: (n: number) =>
    plural(n, {
      one: $localize`:@@wait.minutes.one:${n}:count: minute`,
      few: $localize`:@@wait.minutes.few:${n}:count: minutes`,
      many: $localize`:@@wait.minutes.many:${n}:count: minutes`,
      other: $localize`:@@wait.minutes.other:${n}:count: minutes`,
    }),
} as const;
