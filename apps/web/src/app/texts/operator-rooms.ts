import { plural } from './language.ts';

export const operatorRoomsTexts = {
  heading: $localize`:@@operatorRooms.heading:Rooms`,
  lead: $localize`:@@operatorRooms.lead:All rooms, including private ones, with their size and message rate.`,
  fields: {
    q: $localize`:@@operatorRooms.fields.q:Name or title`,
    order: $localize`:@@operatorRooms.fields.order:Order`,
  },
  recent: $localize`:@@operatorRooms.recent:Recent activity`,
  byName: $localize`:@@operatorRooms.byName:Name`,
  private: $localize`:@@operatorRooms.private:Private`,
  archived: $localize`:@@operatorRooms.archived:Archived`,
  total: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@operatorRooms.total.one:${shown}:count: room`,
      few: $localize`:@@operatorRooms.total.few:${shown}:count: rooms`,
      many: $localize`:@@operatorRooms.total.many:${shown}:count: rooms`,
      other: $localize`:@@operatorRooms.total.other:${shown}:count: rooms`,
    }),
  members: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@operatorRooms.members.one:${shown}:count: member`,
      few: $localize`:@@operatorRooms.members.few:${shown}:count: members`,
      many: $localize`:@@operatorRooms.members.many:${shown}:count: members`,
      other: $localize`:@@operatorRooms.members.other:${shown}:count: members`,
    }),
  messages: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@operatorRooms.messages.one:${shown}:count: message`,
      few: $localize`:@@operatorRooms.messages.few:${shown}:count: messages`,
      many: $localize`:@@operatorRooms.messages.many:${shown}:count: messages`,
      other: $localize`:@@operatorRooms.messages.other:${shown}:count: messages`,
    }),
  rate: (rate: string) => $localize`:@@operatorRooms.rate:${rate}:rate:/min`,
  owner: (user: string) => $localize`:@@operatorRooms.owner:created by ${user}:user:`,
  active: (ago: string) => $localize`:@@operatorRooms.active:active ${ago}:ago:`,
  actions: $localize`:@@operatorRooms.actions:Room actions`,
  actionsOf: (title: string) => $localize`:@@operatorRooms.actionsOf:Actions of ${title}:title:`,
  connections: $localize`:@@operatorRooms.connections:Show connections`,
  archive: $localize`:@@operatorRooms.archive:Archive…`,
  restore: $localize`:@@operatorRooms.restore:Restore…`,
  close: $localize`:@@operatorRooms.close:Close room…`,
  remove: $localize`:@@operatorRooms.remove:Remove a message…`,
  empty: $localize`:@@operatorRooms.empty:No rooms`,
  emptyHint: $localize`:@@operatorRooms.emptyHint:Users create rooms in the chat. Size, rate and last activity of each room appear here.`,
  noMatch: $localize`:@@operatorRooms.noMatch:No rooms match this filter`,
  noMatchHint: $localize`:@@operatorRooms.noMatchHint:Search by the beginning of the name, or by a part of the title.`,
  archiveQuestion: {
    heading: (title: string) => $localize`:@@operatorRooms.archiveQuestion.heading:Archive ${title}:title:?`,
    text: $localize`:@@operatorRooms.archiveQuestion.text:The room becomes read-only immediately, on every node. Members can still read and search its messages. You can restore it.`,
    yes: $localize`:@@operatorRooms.archiveQuestion.yes:Archive`,
  },
  restoreQuestion: {
    heading: (title: string) => $localize`:@@operatorRooms.restoreQuestion.heading:Restore ${title}:title:?`,
    text: $localize`:@@operatorRooms.restoreQuestion.text:Members can write in the room again.`,
    yes: $localize`:@@operatorRooms.restoreQuestion.yes:Restore`,
  },
  closeQuestion: {
    heading: (title: string) => $localize`:@@operatorRooms.closeQuestion.heading:Close ${title}:title:?`,
    text: $localize`:@@operatorRooms.closeQuestion.text:The room is closed permanently: all members are removed immediately, on every node. Its messages stay in the database, and its name cannot be used again. To keep the room readable, archive it instead.`,
    yes: $localize`:@@operatorRooms.closeQuestion.yes:Close room`,
  },
} as const;

export const removeMessageTexts = {
  heading: (title: string) => $localize`:@@removeMessage.heading:Remove a message from ${title}:title:`,
  label: $localize`:@@removeMessage.label:Number of the message, or a link to it`,
  hint: $localize`:@@removeMessage.hint:The number is at the end of a link to the message: …/rooms/general?at=42`,
  invalid: $localize`:@@removeMessage.invalid:Enter a number, or a link that ends with one.`,
  next: $localize`:@@removeMessage.next:Continue`,
  question: {
    heading: (seq: number, title: string) =>
      $localize`:@@removeMessage.question.heading:Remove message ${seq}:seq: of ${title}:title:?`,
    text: $localize`:@@removeMessage.question.text:The text is deleted for everyone, on every node, and cannot be restored. Members see that a message was deleted.`,
    yes: $localize`:@@removeMessage.question.yes:Remove message`,
  },
} as const;
