import { Injector, type Type, inject } from '@angular/core';
import type { MatDialogConfig } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';

/** What may be told to a dialog: its MAT_DIALOG_DATA, its role where it is not `dialog`, its place, width and class. */
type More = Pick<MatDialogConfig, 'data' | 'role' | 'panelClass' | 'position' | 'width' | 'ariaLabel'>;

/** Opens a dialog; resolves to what it closes with, `undefined` where it was dismissed. */
export type OpenDialog = <Result>(load: () => Promise<Type<unknown>>, more?: More) => Promise<Result | undefined>;

/** Dialogs are loaded when they are wanted: few people open them, all people wait for the page. To be called in an injection context. */
export function injectDialog(): OpenDialog {
  const injector = inject(Injector);
  return async <Result>(load: () => Promise<Type<unknown>>, more?: More): Promise<Result | undefined> => {
    const [{ MatDialog, MatDialogConfig }, content] = await Promise.all([import('@angular/material/dialog'), load()]);
    // Who opens it by keyboard types on at once, and not only after it has faded in.
    const own = { injector, width: '27.5rem', delayFocusTrap: false };
    const config = Object.assign(new MatDialogConfig(), own, more);
    const dialog = injector.get(MatDialog).open<unknown, unknown, Result>(content, config);
    return firstValueFrom(dialog.afterClosed());
  };
}
