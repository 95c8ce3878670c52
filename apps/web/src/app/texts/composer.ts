import { plural } from './plural.ts';

export const composerTexts = {
  label: $localize`:@@composer.label:Message`,
  placeholder: (title: string) => $localize`:@@composer.placeholder:Message ${title}:title:`,
  send: $localize`:@@composer.send:Send`,
  left: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.left.one:${n}:count: character left`,
      few: $localize`:@@composer.left.few:${n}:count: characters left`,
      many: $localize`:@@composer.left.many:${n}:count: characters left`,
      other: $localize`:@@composer.left.other:${n}:count: characters left`,
    }),
  over: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.over.one:${n}:count: character too many`,
      few: $localize`:@@composer.over.few:${n}:count: characters too many`,
      many: $localize`:@@composer.over.many:${n}:count: characters too many`,
      other: $localize`:@@composer.over.other:${n}:count: characters too many`,
    }),
  keys: $localize`:@@composer.keys:Enter sends, Shift + Enter begins a new line`,
  outboxFull: $localize`:@@composer.outboxFull:Too many messages are waiting already. Wait until some have gone out.`,
  editing: $localize`:@@composer.editing:Editing your message`,
  editingKeys: $localize`:@@composer.editingKeys:Enter saves, Escape leaves it as it was`,
  save: $localize`:@@composer.save:Save the change`,
  cancel: $localize`:@@composer.cancel:Leave it as it was`,
  people: $localize`:@@composer.people:People to mention`,
  emoji: $localize`:@@composer.emoji:Emoji`,
  suggested: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.suggested.one:${n}:count: suggestion`,
      few: $localize`:@@composer.suggested.few:${n}:count: suggestions`,
      many: $localize`:@@composer.suggested.many:${n}:count: suggestions`,
      other: $localize`:@@composer.suggested.other:${n}:count: suggestions`,
    }),
} as const;
