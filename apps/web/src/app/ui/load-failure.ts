import { DOCUMENT, DestroyRef, ErrorHandler, Service, inject, signal } from '@angular/core';

/**
 * Why a part of the app could not be loaded:
 * - `offline`: the device has no network
 * - `unreachable`: the server does not respond
 * - `updated`: the server has another build, in which this page's files no longer exist
 * - `failed`: anything else
 */
export type LoadFailureKind = 'offline' | 'unreachable' | 'updated' | 'failed';

/** The entry script; its name changes with every build. */
const entry = /\bmain(?:-[\w-]+)?\.js\b/;
/** How long to wait for `index.html` (ms). */
const timeoutMs = 5_000;
/** The messages of Chromium, Firefox and Safari for a file that cannot be loaded. */
const importError = /dynamically imported module|importing a module script failed/i;

/** Determines why a lazy part of the app could not be loaded. `LoadNotice` shows the result. */
@Service()
export class LoadFailure {
  private readonly document = inject(DOCUMENT);
  private readonly errors = inject(ErrorHandler);
  private readonly found = signal<LoadFailureKind | undefined>(undefined);
  private reports = 0;

  /** Undefined while there is nothing to show. */
  readonly kind = this.found.asReadonly();

  constructor() {
    const window = this.document.defaultView;
    const online = (): void => {
      if (this.found() === 'offline') this.dismiss();
    };
    window?.addEventListener('online', online);
    inject(DestroyRef).onDestroy(() => {
      window?.removeEventListener('online', online);
    });
  }

  /** Reports the error of an `import()`. Any other error goes to the error handler. Never throws. */
  async report(error: unknown): Promise<void> {
    if (!(error instanceof Error && importError.test(error.message))) {
      this.errors.handleError(error);
      return;
    }
    const report = ++this.reports;
    const kind = await this.diagnose();
    if (report === this.reports) this.found.set(kind);
  }

  dismiss(): void {
    this.reports += 1;
    this.found.set(undefined);
  }

  reload(): void {
    this.document.defaultView?.location.reload();
  }

  private async diagnose(): Promise<LoadFailureKind> {
    if (this.document.defaultView?.navigator.onLine === false) return 'offline';
    let page: string;
    try {
      const response = await fetch('index.html', { cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) return 'unreachable';
      page = await response.text();
    } catch {
      return 'unreachable';
    }
    const own = [...this.document.scripts].map(({ src }) => entry.exec(src)?.[0]).find((name) => name !== undefined);
    const current = entry.exec(page)?.[0];
    return own !== undefined && current !== undefined && own !== current ? 'updated' : 'failed';
  }
}
