export const notifyTexts = {
  heading: $localize`:@@notify.heading:Notifications`,
  label: $localize`:@@notify.label:Notify me of mentions`,
  hint: $localize`:@@notify.hint:When you’re mentioned while this page is in the background. Saved on this device.`,
  offer: $localize`:@@notify.offer:You were mentioned while you were away. Get notified next time?`,
  accept: $localize`:@@notify.accept:Turn on`,
  decline: $localize`:@@notify.decline:Not now`,
  denied: $localize`:@@notify.denied:Notifications are blocked. Allow them in this site’s browser settings.`,
  unsupported: $localize`:@@notify.unsupported:This browser doesn’t support notifications here.`,
  dismissed: $localize`:@@notify.dismissed:Notifications weren’t allowed. Turn this on to be asked again.`,
  title: (from: string, room: string) => $localize`:@@notify.title:${from}:from: in ${room}:room:`,
} as const;

/** The prefix of the browser tab's title. */
export const tabTexts = {
  messages: (n: string) => n,
  mentions: (n: string) => `@${n}`,
} as const;
