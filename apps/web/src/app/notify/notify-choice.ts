import { DOCUMENT, Service, computed, inject, signal } from '@angular/core';
import { storedFlag } from '../ui/stored-flag.ts';

/** The browser's permission. `unsupported`: the browser has no notifications, or the page is not served over HTTPS. */
export type Permission = NotificationPermission | 'unsupported';

/** Whether mentions are notified on this device: turned on by the user and permitted by the browser. Defaults to off. */
@Service()
export class NotifyChoice {
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly flag = storedFlag('usher.notify');
  private readonly allowed = signal(this.permissionNow());

  readonly permission = this.allowed.asReadonly();
  readonly on = computed(() => this.flag.value() === true && this.allowed() === 'granted');
  /** Whether to offer notifications: the user has not decided, and the browser would show its permission prompt. */
  readonly isOpen = computed(() => this.flag.value() === undefined && this.allowed() === 'default');

  constructor() {
    void this.watch();
  }

  /**
   * Turns notifications on. Must be called in a click handler, because the browser may prompt the user. @returns whether notifications are
   * on now
   */
  async turnOn(): Promise<boolean> {
    if (this.window === null || !('Notification' in this.window)) return false;
    this.allowed.set(await this.window.Notification.requestPermission());
    // Stored even if the browser denies the permission, so that notifications start once the user allows them in the browser.
    this.flag.set(true);
    return this.on();
  }

  turnOff(): void {
    this.flag.set(false);
  }

  /** Marks notifications as unsupported, as on phones that show them only through a service worker. */
  impossible(): void {
    this.allowed.set('unsupported');
  }

  private permissionNow(): Permission {
    const { window } = this;
    if (window === null || !('Notification' in window) || !window.isSecureContext) return 'unsupported';
    return window.Notification.permission;
  }

  /** Follows changes that the user makes in the browser's own settings. */
  private async watch(): Promise<void> {
    try {
      const status = await this.window?.navigator.permissions.query({ name: 'notifications' });
      status?.addEventListener('change', () => {
        this.allowed.set(this.permissionNow());
      });
    } catch {
      // The browser does not report changes. The permission is read again at page load.
    }
  }
}
