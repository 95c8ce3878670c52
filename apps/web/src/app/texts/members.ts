export const membersTexts = {
  heading: (title: string) => $localize`:@@members.heading:Members of ${title}:title:`,
  close: $localize`:@@members.close:Close`,
  loading: $localize`:@@members.loading:Loading the members …`,
  retry: $localize`:@@members.retry:Try again`,
  none: $localize`:@@members.none:Nobody yet.`,
  owner: $localize`:@@members.owner:made this room`,
  presence: {
    online: $localize`:@@members.presence.online:online`,
    away: $localize`:@@members.presence.away:away`,
    offline: $localize`:@@members.presence.offline:offline`,
  },
  add: $localize`:@@members.add:Add somebody`,
  addHint: $localize`:@@members.addHint:By their user name. They see the room at once, with all that was said.`,
  addButton: $localize`:@@members.addButton:Add`,
  missing: $localize`:@@members.missing:Type a user name.`,
  unknown: (user: string) => $localize`:@@members.unknown:There is nobody called ${user}:user:.`,
  already: (user: string) => $localize`:@@members.already:${user}:user: is a member already.`,
  added: (user: string) => $localize`:@@members.added:${user}:user: is a member now.`,
  remove: $localize`:@@members.remove:Remove`,
  removed: (user: string) => $localize`:@@members.removed:${user}:user: is no member any more.`,
  removeQuestion: {
    heading: (user: string, title: string) =>
      $localize`:@@members.removeQuestion.heading:Remove ${user}:user: from ${title}:title:?`,
    text: $localize`:@@members.removeQuestion.text:They see nothing of this room from now on, not even what was said before.`,
    yes: $localize`:@@members.removeQuestion.yes:Remove`,
  },
} as const;
