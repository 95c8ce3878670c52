import { plural } from './plural.ts';

export const roomsTexts = {
  loading: $localize`:@@rooms.loading:Loading rooms…`,
  failed: $localize`:@@rooms.failed:Couldn’t load rooms.`,
  retry: $localize`:@@rooms.retry:Try again`,
  none: $localize`:@@rooms.none:No rooms yet.`,
  noneHint: $localize`:@@rooms.noneHint:Browse rooms or create one.`,
  pick: $localize`:@@rooms.pick:Pick a room`,
  pickHint: $localize`:@@rooms.pickHint:Messages appear here live.`,
  private: $localize`:@@rooms.private:private`,
  unread: (n: number) =>
    plural(n, {
      one: $localize`:@@rooms.unread.one:${n}:count: unread message`,
      few: $localize`:@@rooms.unread.few:${n}:count: unread messages`,
      many: $localize`:@@rooms.unread.many:${n}:count: unread messages`,
      other: $localize`:@@rooms.unread.other:${n}:count: unread messages`,
    }),
  mentions: (n: number) =>
    plural(n, {
      one: $localize`:@@rooms.mentions.one:${n}:count: mention of you`,
      few: $localize`:@@rooms.mentions.few:${n}:count: mentions of you`,
      many: $localize`:@@rooms.mentions.many:${n}:count: mentions of you`,
      other: $localize`:@@rooms.mentions.other:${n}:count: mentions of you`,
    }),
  noneOwn: $localize`:@@rooms.noneOwn:You haven’t joined any rooms.`,
  noneOwnBrowse: $localize`:@@rooms.noneOwnBrowse:Browse rooms`,
  or: $localize`:@@rooms.or:or`,
  noneOwnCreate: $localize`:@@rooms.noneOwnCreate:create one`,
} as const;
