export const settingsTexts = {
  heading: $localize`:@@settings.heading:Settings`,
  lead: $localize`:@@settings.lead:Your devices, your password, and how it all looks.`,
  themeHint: $localize`:@@settings.themeHint:Kept on this device.`,
} as const;
