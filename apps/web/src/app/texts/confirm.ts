export const confirmTexts = {
  cancel: $localize`:@@confirm.cancel:Cancel`,
} as const;
