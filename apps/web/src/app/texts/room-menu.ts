export const roomMenuTexts = {
  label: $localize`:@@roomMenu.label:Room menu`,
  members: $localize`:@@roomMenu.members:Members`,
  leave: $localize`:@@roomMenu.leave:Leave room`,
  leaveQuestion: {
    heading: (title: string) => $localize`:@@roomMenu.leaveQuestion.heading:Leave ${title}:title:?`,
    text: $localize`:@@roomMenu.leaveQuestion.text:This room is private. You'll need a new invitation to return.`,
    yes: $localize`:@@roomMenu.leaveQuestion.yes:Leave room`,
  },
} as const;
