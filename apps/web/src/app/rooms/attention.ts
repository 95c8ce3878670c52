import { DOCUMENT, DestroyRef, Service, computed, effect, inject, signal } from '@angular/core';
import { injectUsher } from '@usher/angular';

/** The user counts as away after this time without input (ms). */
const idleMs = 5 * 60_000;
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Whether the user is looking at this page. Reports changes to the server as presence. */
@Service({ autoProvided: false })
export class Attention {
  private readonly document = inject(DOCUMENT);
  private readonly visible = signal(this.document.visibilityState === 'visible');
  private readonly focused = signal(this.document.hasFocus());
  private readonly idle = signal(false);
  private lastSign = Date.now();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether the page is visible, focused and in use. What is on the screen then counts as read. */
  readonly looking = computed(() => this.visible() && this.focused() && !this.idle());

  constructor() {
    const { document } = this;
    const window = document.defaultView;
    const usher = injectUsher();
    const away = computed(() => !this.visible() || this.idle());
    effect(() => {
      usher.rooms.away(away());
    });

    const visibility = (): void => {
      this.visible.set(document.visibilityState === 'visible');
      this.sign();
    };
    const focus = (): void => {
      this.focused.set(document.hasFocus());
    };
    const sign = (): void => {
      this.sign();
    };
    document.addEventListener('visibilitychange', visibility);
    window?.addEventListener('focus', focus);
    window?.addEventListener('blur', focus);
    for (const each of signs) document.addEventListener(each, sign, { passive: true, capture: true });
    this.wait(idleMs);

    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.timer);
      document.removeEventListener('visibilitychange', visibility);
      window?.removeEventListener('focus', focus);
      window?.removeEventListener('blur', focus);
      for (const each of signs) document.removeEventListener(each, sign, { capture: true });
    });
  }

  private sign(): void {
    this.lastSign = Date.now();
    if (!this.idle()) return;
    this.idle.set(false);
    this.wait(idleMs);
  }

  /** One timer for all input events. When it fires, it checks the time of the last one. */
  private wait(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const left = this.lastSign + idleMs - Date.now();
      if (left > 0) this.wait(left);
      else this.idle.set(true);
    }, ms);
  }
}
