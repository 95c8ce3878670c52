export const shortcutsTexts = {
  heading: $localize`:@@shortcuts.heading:Keyboard shortcuts`,
  room: $localize`:@@shortcuts.room:Jump to…`,
  above: $localize`:@@shortcuts.above:Previous room`,
  below: $localize`:@@shortcuts.below:Next room`,
  unreadAbove: $localize`:@@shortcuts.unreadAbove:Previous unread room`,
  unreadBelow: $localize`:@@shortcuts.unreadBelow:Next unread room`,
  help: $localize`:@@shortcuts.help:Keyboard shortcuts`,
  single: $localize`:@@shortcuts.single:Single-key shortcuts. Turn off if you use voice input.`,
  close: $localize`:@@shortcuts.close:Close`,
  keys: {
    control: $localize`:@@shortcuts.keys.control:Ctrl`,
    command: '⌘',
    alt: $localize`:@@shortcuts.keys.alt:Alt`,
    option: '⌥',
    shift: $localize`:@@shortcuts.keys.shift:Shift`,
  },
} as const;
