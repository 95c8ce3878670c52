import { devicesTexts } from '../texts/devices.ts';
import { language } from '../texts/language.ts';

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always' });

const minuteMs = 60_000;
const units = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/**
 * "3 hours ago", in whole units that have passed. Times are known to the minute only and clocks differ, so that everything up to
 * two minutes ago, and what lies ahead, is "just now".
 */
export function agoOf(at: number, now: number): string {
  const passed = now - at;
  const unit = units.find(([, ms]) => passed >= ms);
  if (unit === undefined || passed < 2 * minuteMs) return devicesTexts.justNow;
  const [name, ms] = unit;
  return relative.format(-Math.floor(passed / ms), name);
}
