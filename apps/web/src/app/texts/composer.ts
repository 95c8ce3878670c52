import { plural } from './plural.ts';

export const composerTexts = {
  label: $localize`:@@composer.label:Message`,
  placeholder: (title: string) => $localize`:@@composer.placeholder:Message ${title}:title:`,
  send: $localize`:@@composer.send:Send`,
  left: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.left.one:${n}:count: left`,
      few: $localize`:@@composer.left.few:${n}:count: left`,
      many: $localize`:@@composer.left.many:${n}:count: left`,
      other: $localize`:@@composer.left.other:${n}:count: left`,
    }),
  over: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.over.one:${n}:count: over the limit`,
      few: $localize`:@@composer.over.few:${n}:count: over the limit`,
      many: $localize`:@@composer.over.many:${n}:count: over the limit`,
      other: $localize`:@@composer.over.other:${n}:count: over the limit`,
    }),
  keys: $localize`:@@composer.keys:Enter to send · Shift+Enter for a new line`,
  touchKeys: $localize`:@@composer.touchKeys:Enter for a new line · Send button to send`,
  outboxFull: $localize`:@@composer.outboxFull:Too many unsent messages. Wait until some are sent.`,
  gone: $localize`:@@composer.gone:This message no longer exists.`,
  failed: $localize`:@@composer.failed:Something went wrong. Your text was not sent. Try again.`,
  editing: $localize`:@@composer.editing:Editing message`,
  editingKeys: $localize`:@@composer.editingKeys:Enter to save · Esc to cancel`,
  editingTouchKeys: $localize`:@@composer.editingTouchKeys:Enter for a new line · Save button to save`,
  save: $localize`:@@composer.save:Save`,
  cancel: $localize`:@@composer.cancel:Cancel`,
  people: $localize`:@@composer.people:Mention suggestions`,
  emoji: $localize`:@@composer.emoji:Emoji suggestions`,
  suggested: (n: number) =>
    plural(n, {
      one: $localize`:@@composer.suggested.one:${n}:count: suggestion`,
      few: $localize`:@@composer.suggested.few:${n}:count: suggestions`,
      many: $localize`:@@composer.suggested.many:${n}:count: suggestions`,
      other: $localize`:@@composer.suggested.other:${n}:count: suggestions`,
    }),
} as const;
