export const quickTexts = {
  choose: $localize`:@@quick.choose:Jump to…`,
  search: $localize`:@@quick.search:Search messages`,
} as const;
