import { DOCUMENT, Service, computed, inject, signal } from '@angular/core';
import { storedFlag } from '../ui/stored-flag.ts';

/** What the browser lets this page do; `unsupported` where it has no notifications, or none for a page without https. */
export type Permission = NotificationPermission | 'unsupported';

/** Whether mentions are notified on this device: wanted by the person, and allowed by the browser. Off until somebody wants it. */
@Service()
export class NotifyChoice {
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly flag = storedFlag('usher.notify');
  private readonly allowed = signal(this.permissionNow());

  readonly permission = this.allowed.asReadonly();
  readonly on = computed(() => this.flag.value() === true && this.allowed() === 'granted');
  /** Whether to offer it: nobody has said yes or no, and the browser would ask. */
  readonly isOpen = computed(() => this.flag.value() === undefined && this.allowed() === 'default');

  constructor() {
    void this.watch();
  }

  /** To be called in answer to a click: the browser asks the person unless it knows. @returns whether it is on now */
  async turnOn(): Promise<boolean> {
    if (this.window === null || !('Notification' in this.window)) return false;
    this.allowed.set(await this.window.Notification.requestPermission());
    // Where the browser says no, it stays as it was: who allows it later has not to come back here.
    this.flag.set(true);
    return this.on();
  }

  turnOff(): void {
    this.flag.set(false);
  }

  /** The browser has notifications in name only, as those on phones that show them for a service worker alone. */
  impossible(): void {
    this.allowed.set('unsupported');
  }

  private permissionNow(): Permission {
    const { window } = this;
    if (window === null || !('Notification' in window) || !window.isSecureContext) return 'unsupported';
    return window.Notification.permission;
  }

  /** The person may change it in the browser's own settings. */
  private async watch(): Promise<void> {
    try {
      const status = await this.window?.navigator.permissions.query({ name: 'notifications' });
      status?.addEventListener('change', () => {
        this.allowed.set(this.permissionNow());
      });
    } catch {
      // A browser that does not tell is asked when the page is loaded.
    }
  }
}
