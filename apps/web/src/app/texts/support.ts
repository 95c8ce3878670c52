export const supportTexts = {
  code: $localize`:@@support.code:Code for support:`,
} as const;
