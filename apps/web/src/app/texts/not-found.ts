export const notFoundTexts = {
  heading: $localize`:@@notFound.heading:Page not found`,
  text: $localize`:@@notFound.text:It may have moved.`,
} as const;
