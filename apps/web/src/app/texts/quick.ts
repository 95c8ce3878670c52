export const quickTexts = {
  choose: $localize`:@@quick.choose:Go to a room`,
  search: $localize`:@@quick.search:Search messages`,
} as const;
