export const notFoundTexts = {
  heading: $localize`:@@notFound.heading:There is nothing here`,
  text: $localize`:@@notFound.text:The address may be misspelt, or what stood here is gone.`,
} as const;
