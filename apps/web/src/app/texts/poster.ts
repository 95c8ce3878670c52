export const posterTexts = {
  line: $localize`:@@poster.line:Authenticated before you’re connected.`,
  small: $localize`:@@poster.small:Every connection uses a single-use ticket, checked before the handshake.`,
  admit: $localize`:@@poster.admit:Admit one`,
} as const;
