export const shortcutsTexts = {
  heading: $localize`:@@shortcuts.heading:Keyboard shortcuts`,
  room: $localize`:@@shortcuts.room:Go to a room`,
  above: $localize`:@@shortcuts.above:The room above`,
  below: $localize`:@@shortcuts.below:The room below`,
  unreadAbove: $localize`:@@shortcuts.unreadAbove:The unread room above`,
  unreadBelow: $localize`:@@shortcuts.unreadBelow:The unread room below`,
  help: $localize`:@@shortcuts.help:These shortcuts`,
  single: $localize`:@@shortcuts.single:Single characters are shortcuts. Switch this off if you speak to your computer.`,
  close: $localize`:@@shortcuts.close:Close`,
  keys: {
    control: $localize`:@@shortcuts.keys.control:Ctrl`,
    command: '⌘',
    alt: $localize`:@@shortcuts.keys.alt:Alt`,
    option: '⌥',
    shift: $localize`:@@shortcuts.keys.shift:Shift`,
  },
} as const;
