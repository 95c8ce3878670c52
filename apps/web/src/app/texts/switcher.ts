import { plural } from './plural.ts';

export const switcherTexts = {
  heading: $localize`:@@switcher.heading:Jump to a room`,
  label: $localize`:@@switcher.label:Room`,
  placeholder: $localize`:@@switcher.placeholder:Jump to…`,
  notJoined: $localize`:@@switcher.notJoined:not joined`,
  escape: $localize`:@@switcher.escape:Esc`,
  search: (words: string) => $localize`:@@switcher.search:Search messages for “${words}:words:”`,
  found: (n: number) =>
    n === 0
      ? $localize`:@@switcher.found.none:No rooms found`
      : plural(n, {
          one: $localize`:@@switcher.found.one:${n}:count: room found`,
          few: $localize`:@@switcher.found.few:${n}:count: rooms found`,
          many: $localize`:@@switcher.found.many:${n}:count: rooms found`,
          other: $localize`:@@switcher.found.other:${n}:count: rooms found`,
        }),
  none: $localize`:@@switcher.none:No rooms yet.`,
} as const;
