/** The prefix of the browser tab's title. */
export const tabTexts = {
  messages: (n: string) => n,
  mentions: (n: string) => `@${n}`,
} as const;
