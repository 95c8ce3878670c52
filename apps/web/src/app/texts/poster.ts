export const posterTexts = {
  line: $localize`:@@poster.line:Everyone here has a ticket.`,
  small: $localize`:@@poster.small:Each one opens one connection, once, and is torn at the door.`,
  admit: $localize`:@@poster.admit:Admit one`,
} as const;
