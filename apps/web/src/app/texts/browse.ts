import { plural } from './plural.ts';

export const browseTexts = {
  heading: $localize`:@@browse.heading:Browse rooms`,
  close: $localize`:@@browse.close:Close`,
  filter: $localize`:@@browse.filter:Filter rooms`,
  onlyNew: $localize`:@@browse.onlyNew:Hide rooms I’ve joined`,
  loading: $localize`:@@browse.loading:Loading rooms…`,
  retry: $localize`:@@browse.retry:Try again`,
  said: (n: number) =>
    n === 0
      ? $localize`:@@browse.said.none:No messages yet`
      : plural(n, {
          one: $localize`:@@browse.said.one:${n}:count: message`,
          few: $localize`:@@browse.said.few:${n}:count: messages`,
          many: $localize`:@@browse.said.many:${n}:count: messages`,
          other: $localize`:@@browse.said.other:${n}:count: messages`,
        }),
  joined: $localize`:@@browse.joined:Joined`,
  join: $localize`:@@browse.join:Join`,
  open: $localize`:@@browse.open:Open`,
  count: (n: number) =>
    plural(n, {
      one: $localize`:@@browse.count.one:${n}:count: room`,
      few: $localize`:@@browse.count.few:${n}:count: rooms`,
      many: $localize`:@@browse.count.many:${n}:count: rooms`,
      other: $localize`:@@browse.count.other:${n}:count: rooms`,
    }),
  none: $localize`:@@browse.none:No rooms yet. Create the first one.`,
  noneFound: (typed: string) => $localize`:@@browse.noneFound:No rooms match “${typed}:typed:”.`,
  create: $localize`:@@browse.create:Create a room`,
} as const;
