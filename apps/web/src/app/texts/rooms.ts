import { plural } from './language.ts';

export const roomsTexts = {
  loading: $localize`:@@rooms.loading:Loading rooms…`,
  failed: $localize`:@@rooms.failed:Couldn’t load rooms.`,
  retry: $localize`:@@rooms.retry:Try again`,
  none: $localize`:@@rooms.none:No rooms yet.`,
  noneHint: $localize`:@@rooms.noneHint:Browse rooms or create one.`,
  pick: $localize`:@@rooms.pick:Pick a room`,
  pickHint: $localize`:@@rooms.pickHint:Messages appear here live.`,
  private: $localize`:@@rooms.private:private`,
  archived: $localize`:@@rooms.archived:archived`,
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

export const browseTexts = {
  heading: $localize`:@@browse.heading:Browse rooms`,
  close: $localize`:@@browse.close:Close`,
  filter: $localize`:@@browse.filter:Filter rooms`,
  onlyNew: $localize`:@@browse.onlyNew:Hide rooms I’ve joined`,
  loading: $localize`:@@browse.loading:Loading rooms…`,
  retry: $localize`:@@browse.retry:Try again`,
  messageCount: (n: number) =>
    n === 0
      ? $localize`:@@browse.messageCount.none:No messages yet`
      : plural(n, {
          one: $localize`:@@browse.messageCount.one:${n}:count: message`,
          few: $localize`:@@browse.messageCount.few:${n}:count: messages`,
          many: $localize`:@@browse.messageCount.many:${n}:count: messages`,
          other: $localize`:@@browse.messageCount.other:${n}:count: messages`,
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

export const createRoomTexts = {
  heading: $localize`:@@createRoom.heading:Create a room`,
  title: $localize`:@@createRoom.title:Title`,
  address: (room: string) => $localize`:@@createRoom.address:Address: /rooms/${room}:room:`,
  addressUnknown: $localize`:@@createRoom.addressUnknown:Address: based on the title`,
  private: $localize`:@@createRoom.private:Private`,
  privateHint: $localize`:@@createRoom.privateHint:Only members and administrators can see it.`,
  cancel: $localize`:@@createRoom.cancel:Cancel`,
  submit: $localize`:@@createRoom.submit:Create room`,
  busy: $localize`:@@createRoom.busy:Creating…`,
  missing: $localize`:@@createRoom.missing:Enter a title.`,
} as const;

export const switcherTexts = {
  heading: $localize`:@@switcher.heading:Jump to a room`,
  label: $localize`:@@switcher.label:Room`,
  placeholder: $localize`:@@switcher.placeholder:Jump to…`,
  notJoined: $localize`:@@switcher.notJoined:not joined`,
  escape: $localize`:@@switcher.escape:Esc`,
  search: (words: string) => $localize`:@@switcher.search:Search messages for “${words}:words:”`,
  found: (n: number) =>
    n === 0
      ? $localize`:@@switcher.found.none:No rooms found`
      : plural(n, {
          one: $localize`:@@switcher.found.one:${n}:count: room found`,
          few: $localize`:@@switcher.found.few:${n}:count: rooms found`,
          many: $localize`:@@switcher.found.many:${n}:count: rooms found`,
          other: $localize`:@@switcher.found.other:${n}:count: rooms found`,
        }),
  none: $localize`:@@switcher.none:No rooms yet.`,
} as const;

export const membersTexts = {
  heading: (title: string) => $localize`:@@members.heading:Members of ${title}:title:`,
  close: $localize`:@@members.close:Close`,
  loading: $localize`:@@members.loading:Loading members…`,
  retry: $localize`:@@members.retry:Try again`,
  none: $localize`:@@members.none:No members yet.`,
  owner: $localize`:@@members.owner:Owner`,
  presence: {
    online: $localize`:@@members.presence.online:online`,
    away: $localize`:@@members.presence.away:away`,
    offline: $localize`:@@members.presence.offline:offline`,
  },
  add: $localize`:@@members.add:Add people`,
  addHint: $localize`:@@members.addHint:They’ll see the full history.`,
  addButton: $localize`:@@members.addButton:Add`,
  missing: $localize`:@@members.missing:Enter a user name.`,
  unknown: (user: string) => $localize`:@@members.unknown:No user named ${user}:user:.`,
  already: (user: string) => $localize`:@@members.already:${user}:user: is already a member.`,
  added: (user: string) => $localize`:@@members.added:${user}:user: was added.`,
  remove: $localize`:@@members.remove:Remove`,
  removed: (user: string) => $localize`:@@members.removed:${user}:user: was removed.`,
  removeQuestion: {
    heading: (user: string, title: string) =>
      $localize`:@@members.removeQuestion.heading:Remove ${user}:user: from ${title}:title:?`,
    text: $localize`:@@members.removeQuestion.text:They lose access to this room and its history.`,
    yes: $localize`:@@members.removeQuestion.yes:Remove`,
  },
} as const;

export const roomMenuTexts = {
  label: $localize`:@@roomMenu.label:Room menu`,
  members: $localize`:@@roomMenu.members:Members`,
  leave: $localize`:@@roomMenu.leave:Leave room`,
  leaveQuestion: {
    heading: (title: string) => $localize`:@@roomMenu.leaveQuestion.heading:Leave ${title}:title:?`,
    text: $localize`:@@roomMenu.leaveQuestion.text:You’ll need a new invitation to return.`,
    yes: $localize`:@@roomMenu.leaveQuestion.yes:Leave room`,
  },
} as const;
