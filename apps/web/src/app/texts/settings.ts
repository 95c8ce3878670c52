import { plural } from './language.ts';

export const settingsTexts = {
  heading: $localize`:@@settings.heading:Settings`,
  lead: $localize`:@@settings.lead:Devices, password, notifications and appearance.`,
  themeHint: $localize`:@@settings.themeHint:Saved on this device.`,
} as const;

export const devicesTexts = {
  heading: $localize`:@@devices.heading:Your devices`,
  hint: $localize`:@@devices.hint:End sessions you don’t recognize.`,
  loading: $localize`:@@devices.loading:Loading devices…`,
  failed: $localize`:@@devices.failed:Couldn’t load your devices.`,
  retry: $localize`:@@devices.retry:Try again`,
  alone: $localize`:@@devices.alone:No other devices are signed in.`,
  thisDevice: $localize`:@@devices.thisDevice:This device`,
  kinds: {
    desktop: $localize`:@@devices.kinds.desktop:Computer`,
    phone: $localize`:@@devices.kinds.phone:Phone`,
    tablet: $localize`:@@devices.kinds.tablet:Tablet`,
    other: undefined,
  },
  on: (browser: string, system: string) => $localize`:@@devices.on:${browser}:browser: on ${system}:system:`,
  unknown: $localize`:@@devices.unknown:Unknown device`,
  unknownBrowser: $localize`:@@devices.unknownBrowser:Unknown browser`,
  unknownSystem: (browser: string) => $localize`:@@devices.unknownSystem:${browser}:browser: on an unknown system`,
  seen: (ago: string) => $localize`:@@devices.seen:Last seen ${ago}:ago:`,
  justNow: $localize`:@@devices.justNow:just now`,
  connections: (n: number) =>
    plural(n, {
      one: $localize`:@@devices.connections.one:${n}:count: open connection`,
      few: $localize`:@@devices.connections.few:${n}:count: open connections`,
      many: $localize`:@@devices.connections.many:${n}:count: open connections`,
      other: $localize`:@@devices.connections.other:${n}:count: open connections`,
    }),
  since: (date: string) => $localize`:@@devices.since:Signed in ${date}:date:`,
  end: $localize`:@@devices.end:End session`,
  endOf: (device: string) => $localize`:@@devices.endOf:End session: ${device}:device:`,
  ended: $localize`:@@devices.ended:Session ended.`,
  overAlready: $localize`:@@devices.overAlready:This session had already ended.`,
  others: $localize`:@@devices.others:End all other sessions`,
  othersHint: $localize`:@@devices.othersHint:Signs out every device except this one.`,
  othersEnded: $localize`:@@devices.othersEnded:Other devices signed out.`,
  everywhere: $localize`:@@devices.everywhere:Sign out everywhere`,
  everywhereHint: $localize`:@@devices.everywhereHint:Signs out every device, including this one.`,
  everywhereQuestion: {
    heading: $localize`:@@devices.everywhereQuestion.heading:Sign out everywhere?`,
    text: $localize`:@@devices.everywhereQuestion.text:This signs you out on every device, including this one.`,
    yes: $localize`:@@devices.everywhereQuestion.yes:Sign out everywhere`,
  },
} as const;

/** The outcome of ending sessions. */
export const endingTexts = {
  none: $localize`:@@ending.none:No open connections.`,
  closed: (n: number, time: string) =>
    plural(n, {
      one: $localize`:@@ending.closed.one:${n}:count: connection closed in ${time}:time:.`,
      few: $localize`:@@ending.closed.few:${n}:count: connections closed in ${time}:time:.`,
      many: $localize`:@@ending.closed.many:${n}:count: connections closed in ${time}:time:.`,
      other: $localize`:@@ending.closed.other:${n}:count: connections closed in ${time}:time:.`,
    }),
  unconfirmed: $localize`:@@ending.unconfirmed:Some servers didn’t confirm yet; their connections close as soon as they do.`,
} as const;
