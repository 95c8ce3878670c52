export const appTexts = { name: $localize`:@@app.name:Usher`, skip: $localize`:@@app.skip:Skip to content` } as const;
