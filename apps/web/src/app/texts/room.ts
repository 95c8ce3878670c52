import { plural } from './plural.ts';

export const roomTexts = {
  back: $localize`:@@room.back:Back to rooms`,
  conversation: (title: string) => $localize`:@@room.conversation:Messages in ${title}:title:`,
  joining: $localize`:@@room.joining:Opening room…`,
  start: (title: string) => $localize`:@@room.start:This is the start of ${title}:title:.`,
  startHint: $localize`:@@room.startHint:Say hello. Everyone here sees it instantly.`,
  older: $localize`:@@room.older:Loading older messages…`,
  olderFailed: $localize`:@@room.olderFailed:Couldn’t load older messages.`,
  retry: $localize`:@@room.retry:Try again`,
  fresh: $localize`:@@room.fresh:New messages`,
  newSince: (n: number, since: string) =>
    n >= 1_000
      ? $localize`:@@room.newSince.thousand:1,000+ new since ${since}:since:`
      : plural(n, {
          one: $localize`:@@room.newSince.one:${n}:count: new since ${since}:since:`,
          few: $localize`:@@room.newSince.few:${n}:count: new since ${since}:since:`,
          many: $localize`:@@room.newSince.many:${n}:count: new since ${since}:since:`,
          other: $localize`:@@room.newSince.other:${n}:count: new since ${since}:since:`,
        }),
  jump: $localize`:@@room.jump:Jump`,
  markRead: $localize`:@@room.markRead:Mark as read`,
  latest: $localize`:@@room.latest:Jump to latest`,
  latestCount: (n: number) =>
    plural(n, {
      one: $localize`:@@room.latestCount.one:${n}:count: new message`,
      few: $localize`:@@room.latestCount.few:${n}:count: new messages`,
      many: $localize`:@@room.latestCount.many:${n}:count: new messages`,
      other: $localize`:@@room.latestCount.other:${n}:count: new messages`,
    }),
  denied: $localize`:@@room.denied:You can’t see this room`,
  deniedHint: $localize`:@@room.deniedHint:It doesn’t exist, or it’s private.`,
  removed: $localize`:@@room.removed:You’re no longer in this room`,
  removedHint: $localize`:@@room.removedHint:You were removed. Its messages are no longer visible to you.`,
  full: $localize`:@@room.full:Too many rooms open`,
  fullHint: $localize`:@@room.fullHint:Reload to close the others.`,
  toRooms: $localize`:@@room.toRooms:Back to rooms`,
  today: $localize`:@@room.today:Today`,
  yesterday: $localize`:@@room.yesterday:Yesterday`,
  heard: (from: string, text: string) => $localize`:@@room.heard:${from}:from:: ${text}:text:`,
  heardMany: (n: number) =>
    plural(n, {
      one: $localize`:@@room.heardMany.one:${n}:count: new message`,
      few: $localize`:@@room.heardMany.few:${n}:count: new messages`,
      many: $localize`:@@room.heardMany.many:${n}:count: new messages`,
      other: $localize`:@@room.heardMany.other:${n}:count: new messages`,
    }),
  newer: $localize`:@@room.newer:Loading newer messages…`,
  newerFailed: $localize`:@@room.newerFailed:Couldn’t load newer messages.`,
  here: (n: number) =>
    plural(n, {
      one: $localize`:@@room.here.one:${n}:count: person here`,
      few: $localize`:@@room.here.few:${n}:count: people here`,
      many: $localize`:@@room.here.many:${n}:count: people here`,
      other: $localize`:@@room.here.other:${n}:count: people here`,
    }),
  hereOnly: $localize`:@@room.hereOnly:Just you`,
  hereHeading: $localize`:@@room.hereHeading:Here now`,
  away: $localize`:@@room.away:away`,
  typing: (names: readonly string[]) => {
    const [one = '', two = ''] = names;
    if (names.length === 1) return $localize`:@@room.typing.one:${one}:one: is typing…`;
    return names.length === 2
      ? $localize`:@@room.typing.two:${one}:one: and ${two}:two: are typing…`
      : $localize`:@@room.typing.several:Several people are typing…`;
  },
  past: $localize`:@@room.past:You’re viewing older messages`,
  pastLoading: $localize`:@@room.pastLoading:Loading message…`,
  pastFailed: $localize`:@@room.pastFailed:Couldn’t load that message.`,
  toLatest: $localize`:@@room.toLatest:Jump to latest`,
} as const;
