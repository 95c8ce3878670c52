import type { Device } from '@usher/protocol';
import { devicesTexts } from '../texts/settings.ts';
import type { IconName } from '../ui/icon.ts';

/** Formats as "Firefox 128 on Windows", with the parts that are known. */
export function deviceWords({ browser, system }: Device): string {
  if (browser === undefined && system === undefined) return devicesTexts.unknown;
  if (system === undefined) return devicesTexts.unknownSystem(browser ?? '');
  return devicesTexts.on(browser ?? devicesTexts.unknownBrowser, system);
}

export const deviceIcons: Readonly<Record<Device['kind'], IconName>> = {
  desktop: 'system',
  phone: 'phone',
  tablet: 'tablet',
  other: 'unknown',
};
