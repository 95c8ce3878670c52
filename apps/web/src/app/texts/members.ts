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
