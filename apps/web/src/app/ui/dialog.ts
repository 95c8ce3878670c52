import { Injector, type Type, inject } from '@angular/core';
import type { MatDialogConfig } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import { LoadFailure } from './load-failure.ts';

/** Options of a dialog: its MAT_DIALOG_DATA, its role if not `dialog`, its position, width, class and label. */
type More = Pick<MatDialogConfig, 'data' | 'role' | 'panelClass' | 'position' | 'width' | 'ariaLabel'>;

/** Opens a dialog. Resolves to its result; `undefined` if it was dismissed or could not be loaded. */
export type OpenDialog = <Result>(load: () => Promise<Type<unknown>>, more?: More) => Promise<Result | undefined>;

/** Dialogs are loaded when they are opened; `LoadNotice` reports a failure. Call it in an injection context. */
export function injectDialog(): OpenDialog {
  const injector = inject(Injector);
  const failure = inject(LoadFailure);
  return async <Result>(load: () => Promise<Type<unknown>>, more?: More): Promise<Result | undefined> => {
    const loaded = await Promise.all([import('@angular/material/dialog'), load()]).catch(async (error: unknown) => {
      await failure.report(error);
    });
    if (loaded === undefined) return undefined;
    const [{ MatDialog, MatDialogConfig }, content] = loaded;
    // Moves the focus at once, so that keys typed during the animation are not lost.
    const own = { injector, width: '27.5rem', delayFocusTrap: false };
    const config = Object.assign(new MatDialogConfig(), own, more);
    const dialog = injector.get(MatDialog).open<unknown, unknown, Result>(content, config);
    return firstValueFrom(dialog.afterClosed());
  };
}
