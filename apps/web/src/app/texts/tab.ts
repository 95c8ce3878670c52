/** What stands before the title on the browser's tab. */
export const tabTexts = {
  messages: (n: string) => n,
  mentions: (n: string) => `@${n}`,
} as const;
