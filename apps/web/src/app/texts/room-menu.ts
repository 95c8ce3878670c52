export const roomMenuTexts = {
  label: $localize`:@@roomMenu.label:More about this room`,
  members: $localize`:@@roomMenu.members:Members`,
  leave: $localize`:@@roomMenu.leave:Leave room`,
  leaveQuestion: {
    heading: (title: string) => $localize`:@@roomMenu.leaveQuestion.heading:Leave ${title}:title:?`,
    text: $localize`:@@roomMenu.leaveQuestion.text:It is private: you can come back only if somebody takes you in again.`,
    yes: $localize`:@@roomMenu.leaveQuestion.yes:Leave room`,
  },
} as const;
