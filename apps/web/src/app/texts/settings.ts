export const settingsTexts = {
  heading: $localize`:@@settings.heading:Settings`,
  lead: $localize`:@@settings.lead:Devices, password, notifications and appearance.`,
  themeHint: $localize`:@@settings.themeHint:Saved on this device.`,
} as const;
