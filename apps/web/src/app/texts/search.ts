import { plural } from './language.ts';

export const searchTexts = {
  heading: $localize`:@@search.heading:Search`,
  lead: $localize`:@@search.lead:Messages in your rooms.`,
  label: $localize`:@@search.label:Search messages`,
  submit: $localize`:@@search.submit:Search`,
  looking: $localize`:@@search.looking:Searching…`,
  count: (n: number, more: boolean) =>
    more
      ? plural(n, {
          one: $localize`:@@search.count.first.one:First ${n}:count: messages, newest first`,
          few: $localize`:@@search.count.first.few:First ${n}:count: messages, newest first`,
          many: $localize`:@@search.count.first.many:First ${n}:count: messages, newest first`,
          other: $localize`:@@search.count.first.other:First ${n}:count: messages, newest first`,
        })
      : plural(n, {
          one: $localize`:@@search.count.one:${n}:count: message`,
          few: $localize`:@@search.count.few:${n}:count: messages, newest first`,
          many: $localize`:@@search.count.many:${n}:count: messages, newest first`,
          other: $localize`:@@search.count.other:${n}:count: messages, newest first`,
        }),
  none: (words: string) => $localize`:@@search.none:No results for “${words}:words:”.`,
  noneHint: $localize`:@@search.noneHint:Try fewer words, or only the start of one.`,
  empty: $localize`:@@search.empty:Search your rooms. Finds messages with all your words; the last can be partial.`,
  failed: $localize`:@@search.failed:Search failed.`,
  retry: $localize`:@@search.retry:Try again`,
  more: $localize`:@@search.more:Show more`,
  loadingMore: $localize`:@@search.loadingMore:Loading…`,
  in: (title: string) => $localize`:@@search.in:in ${title}:title:`,
} as const;
