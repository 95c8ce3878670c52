import type { Device } from '@usher/chat-api';
import { language } from '../texts/language.ts';
import { devicesTexts } from '../texts/settings.ts';
import type { IconName } from '../ui/icon.ts';

/** Formats as "Firefox 128 on Windows", with the parts that are known. */
export function deviceText({ browser, system }: Device): string {
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

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always' });

const minuteMs = 60_000;
const units = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/**
 * Formats an elapsed time as "3 hours ago", in completed units. Timestamps have a precision of one minute and clocks differ, so anything
 * up to two minutes ago, or in the future, is "just now".
 */
export function agoOf(at: number, now: number): string {
  const passed = now - at;
  const unit = units.find(([, ms]) => passed >= ms);
  if (unit === undefined || passed < 2 * minuteMs) return devicesTexts.justNow;
  const [name, ms] = unit;
  return relative.format(-Math.floor(passed / ms), name);
}
