/** Whether the keyboard is one of Apple's, whose keys have other names. */
export function isApple(window: Window | null): boolean {
  return /mac|iphone|ipad/i.test(window?.navigator.userAgent ?? '');
}
