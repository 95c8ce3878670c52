import { plural } from './language.ts';

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
  announced: (from: string, text: string) => $localize`:@@room.announced:${from}:from:: ${text}:text:`,
  announcedMany: (n: number) =>
    plural(n, {
      one: $localize`:@@room.announcedMany.one:${n}:count: new message`,
      few: $localize`:@@room.announcedMany.few:${n}:count: new messages`,
      many: $localize`:@@room.announcedMany.many:${n}:count: new messages`,
      other: $localize`:@@room.announcedMany.other:${n}:count: new messages`,
    }),
  newer: $localize`:@@room.newer:Loading newer messages…`,
  newerFailed: $localize`:@@room.newerFailed:Couldn’t load newer messages.`,
  present: (n: number) =>
    plural(n, {
      one: $localize`:@@room.present.one:${n}:count: person here`,
      few: $localize`:@@room.present.few:${n}:count: people here`,
      many: $localize`:@@room.present.many:${n}:count: people here`,
      other: $localize`:@@room.present.other:${n}:count: people here`,
    }),
  presentOnlyYou: $localize`:@@room.presentOnlyYou:Just you`,
  presentHeading: $localize`:@@room.presentHeading:Here now`,
  away: $localize`:@@room.away:away`,
  typing: (names: readonly string[]) => {
    const [one = '', two = ''] = names;
    if (names.length === 1) return $localize`:@@room.typing.one:${one}:one: is typing…`;
    return names.length === 2
      ? $localize`:@@room.typing.two:${one}:one: and ${two}:two: are typing…`
      : $localize`:@@room.typing.several:Several people are typing…`;
  },
  history: $localize`:@@room.history:You’re viewing older messages`,
  historyLoading: $localize`:@@room.historyLoading:Loading message…`,
  historyFailed: $localize`:@@room.historyFailed:Couldn’t load that message.`,
  toLatest: $localize`:@@room.toLatest:Jump to latest`,
} as const;

export const composerTexts = {
  archived: $localize`:@@composer.archived:This room is archived. You can read it, but no longer write in it.`,
  restored: $localize`:@@composer.restored:This room is no longer archived. You can write in it again.`,
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

export const messageTexts = {
  you: $localize`:@@message.you:You`,
  sending: $localize`:@@message.sending:Sending`,
  waiting: $localize`:@@message.waiting:Waiting for connection`,
  sent: $localize`:@@message.sent:Sent`,
  failed: $localize`:@@message.failed:Not sent`,
  failedBecause: (why: string) => $localize`:@@message.failedBecause:Not sent: ${why}:why:`,
  retry: $localize`:@@message.retry:Try again`,
  discard: $localize`:@@message.discard:Discard`,
  errors: {
    too_long: $localize`:@@message.errors.too_long:message too long`,
    forbidden: $localize`:@@message.errors.forbidden:you don’t have permission to post here`,
    not_found: $localize`:@@message.errors.not_found:you can’t see this room`,
    not_joined: $localize`:@@message.errors.not_joined:you’re not in this room`,
    rate_limited: $localize`:@@message.errors.rate_limited:you’re sending too fast`,
    quota_exceeded: $localize`:@@message.errors.quota_exceeded:you’ve reached today’s storage limit`,
    storage_full: $localize`:@@message.errors.storage_full:the server’s storage is full`,
    bad_message: $localize`:@@message.errors.bad_message:invalid message`,
    other: $localize`:@@message.errors.other:server error`,
  },
  more: $localize`:@@message.more:Message actions`,
  copy: $localize`:@@message.copy:Copy text`,
  copied: $localize`:@@message.copied:Copied to clipboard.`,
  copyFailed: $localize`:@@message.copyFailed:Couldn’t copy the text.`,
  edit: $localize`:@@message.edit:Edit`,
  remove: $localize`:@@message.remove:Delete`,
  edited: $localize`:@@message.edited:(edited)`,
  editedAt: (moment: string) => $localize`:@@message.editedAt:Edited ${moment}:moment:`,
  deleted: $localize`:@@message.deleted:Message deleted`,
  changing: $localize`:@@message.changing:Saving…`,
  unchanged: $localize`:@@message.unchanged:Not saved`,
  unchangedBecause: (why: string) => $localize`:@@message.unchangedBecause:Not saved: ${why}:why:`,
  removeQuestion: {
    heading: $localize`:@@message.removeQuestion.heading:Delete message?`,
    text: $localize`:@@message.removeQuestion.text:This deletes it for everyone. It can’t be undone.`,
    yes: $localize`:@@message.removeQuestion.yes:Delete`,
  },
} as const;
