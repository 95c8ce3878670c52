export const notifyTexts = {
  heading: $localize`:@@notify.heading:Notifications`,
  label: $localize`:@@notify.label:Notify me of mentions`,
  hint: $localize`:@@notify.hint:When somebody mentions you while this page is in the background. Kept on this device.`,
  offer: $localize`:@@notify.offer:You were mentioned while you were away. Be notified next time?`,
  accept: $localize`:@@notify.accept:Notify me`,
  decline: $localize`:@@notify.decline:Not now`,
  denied: $localize`:@@notify.denied:This browser blocks notifications from here. Allow them in its settings for this site (the symbol beside the address), then come back.`,
  unsupported: $localize`:@@notify.unsupported:This browser shows no notifications from here. They need a connection over https, and some browsers on phones have none.`,
  dismissed: $localize`:@@notify.dismissed:The browser asked and got no answer. Switch it on once more to be asked again.`,
  title: (from: string, room: string) => $localize`:@@notify.title:${from}:from: in ${room}:room:`,
} as const;
