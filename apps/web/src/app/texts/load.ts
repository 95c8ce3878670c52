export const loadTexts = {
  offline: $localize`:@@load.offline:You’re offline. Try again when you’re back online.`,
  unreachable: $localize`:@@load.unreachable:Can’t reach the server. Try again in a moment.`,
  updated: $localize`:@@load.updated:Usher was updated.`,
  failed: $localize`:@@load.failed:Couldn’t load this part of the app.`,
  reload: $localize`:@@load.reload:Reload`,
  dismiss: $localize`:@@load.dismiss:Dismiss`,
} as const;
