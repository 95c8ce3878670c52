import type { Device } from '@usher/protocol';
import { texts } from '../texts.ts';
import type { IconName } from '../ui/icon.ts';

/** "Firefox 128 on Windows", and no more than the device says of itself. */
export function deviceWords({ browser, system }: Device): string {
  if (browser === undefined && system === undefined) return texts.devices.unknown;
  if (system === undefined) return texts.devices.unknownSystem(browser ?? '');
  return texts.devices.on(browser ?? texts.devices.unknownBrowser, system);
}

export const deviceIcons: Readonly<Record<Device['kind'], IconName>> = {
  desktop: 'system',
  phone: 'phone',
  tablet: 'tablet',
  other: 'unknown',
};
