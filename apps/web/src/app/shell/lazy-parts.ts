/** Lazy parts of the shell that belong to no route. */
export const lazyParts: readonly (() => Promise<unknown>)[] = [
  () => import('../rooms/switcher.ts'),
  () => import('@angular/material/dialog'),
  () => import('../rooms/create-room-dialog.ts'),
  () => import('../rooms/find-rooms-dialog.ts'),
  () => import('../rooms/members-dialog.ts'),
  () => import('../ui/confirm-dialog.ts'),
  () => import('./shortcuts-dialog.ts'),
  () => import('../rooms/text/markdown.ts'),
];
