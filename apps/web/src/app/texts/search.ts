import { plural } from './plural.ts';

export const searchTexts = {
  heading: $localize`:@@search.heading:Search`,
  lead: $localize`:@@search.lead:What was said in your rooms.`,
  label: $localize`:@@search.label:Search messages`,
  submit: $localize`:@@search.submit:Search`,
  looking: $localize`:@@search.looking:Searching …`,
  count: (n: number, more: boolean) =>
    more
      ? plural(n, {
          one: $localize`:@@search.count.first.one:The first ${n}:count: messages, the newest on top`,
          few: $localize`:@@search.count.first.few:The first ${n}:count: messages, the newest on top`,
          many: $localize`:@@search.count.first.many:The first ${n}:count: messages, the newest on top`,
          other: $localize`:@@search.count.first.other:The first ${n}:count: messages, the newest on top`,
        })
      : plural(n, {
          one: $localize`:@@search.count.one:${n}:count: message`,
          few: $localize`:@@search.count.few:${n}:count: messages, the newest on top`,
          many: $localize`:@@search.count.many:${n}:count: messages, the newest on top`,
          other: $localize`:@@search.count.other:${n}:count: messages, the newest on top`,
        }),
  none: (words: string) => $localize`:@@search.none:Nothing was found for “${words}:words:”.`,
  noneHint: $localize`:@@search.noneHint:All words have to stand in one message. Try fewer of them, or the beginning of one.`,
  empty: $localize`:@@search.empty:Type words that were said. All of them have to stand in the message; the last may be a beginning.`,
  failed: $localize`:@@search.failed:The search did not work.`,
  retry: $localize`:@@search.retry:Try again`,
  more: $localize`:@@search.more:Show more`,
  loadingMore: $localize`:@@search.loadingMore:Loading more …`,
  in: (title: string) => $localize`:@@search.in:in ${title}:title:`,
} as const;
