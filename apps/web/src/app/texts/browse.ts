import { plural } from './plural.ts';

export const browseTexts = {
  heading: $localize`:@@browse.heading:Browse rooms`,
  close: $localize`:@@browse.close:Close`,
  filter: $localize`:@@browse.filter:Filter rooms`,
  onlyNew: $localize`:@@browse.onlyNew:Only rooms that you are not in`,
  loading: $localize`:@@browse.loading:Loading rooms …`,
  retry: $localize`:@@browse.retry:Try again`,
  said: (n: number) =>
    n === 0
      ? $localize`:@@browse.said.none:nothing said yet`
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
  none: $localize`:@@browse.none:There is no such room. Be the first and make one.`,
  noneFound: (typed: string) => $localize`:@@browse.noneFound:No room is called “${typed}:typed:”. You can make one.`,
  create: $localize`:@@browse.create:Create a room`,
} as const;
