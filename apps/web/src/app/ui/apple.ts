/** Whether the device has an Apple keyboard, on which some keys have other names. */
export function isApple(window: Window | null): boolean {
  return /mac|iphone|ipad/i.test(window?.navigator.userAgent ?? '');
}
