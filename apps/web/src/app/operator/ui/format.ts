import { consoleTexts } from '../../texts/operator.ts';
import { language } from '../../texts/language.ts';

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const bytes = new Intl.NumberFormat(language, {
  style: 'unit',
  unit: 'megabyte',
  unitDisplay: 'short',
  maximumFractionDigits: 0,
});
const kilobytes = new Intl.NumberFormat(language, {
  style: 'unit',
  unit: 'kilobyte',
  unitDisplay: 'short',
  maximumFractionDigits: 1,
});
const clock = new Intl.DateTimeFormat(language, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always', style: 'short' });

/** Formats a count: "20,481". */
export function countOf(n: number): string {
  return whole.format(n);
}

/** Formats a rate per second: "0", "3.4", "1,204". */
export function rateOf(n: number): string {
  return n < 100 ? short.format(n) : whole.format(n);
}

/** Formats a size in memory: "182 MB". */
export function memoryOf(size: number): string {
  return bytes.format(size / 1_000_000);
}

/** Formats the size of a queue: "0 kB", "12.4 kB", "1 MB". */
export function queueOf(size: number): string {
  return size < 1_000_000 ? kilobytes.format(size / 1_000) : bytes.format(size / 1_000_000);
}

/** Formats a duration in ms: "0.4 ms", "12 ms"; "–" if it is unknown. */
export function msOf(ms: number | undefined): string {
  if (ms === undefined) return consoleTexts.none;
  return `${ms < 10 ? short.format(ms) : whole.format(ms)} ms`;
}

/** Formats a duration in two units at most: "48 ms", "8 s", "12 min", "3 h 20 min". */
export function spanOf(ms: number): string {
  if (ms < 1_000) return msOf(Math.max(0, ms));
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats a time: "14:05:09" today, "27 Nov, 14:05:09" before. */
export function stampOf(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** Formats a date: "27 Nov 2026". */
export function dateOf(at: number): string {
  return dayAndYear.format(at);
}

/** For the `datetime` attribute. */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** Formats how long ago something was, in completed units: "12 sec ago", "3 hr ago". The future counts as now. */
export function agoOf(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  const [unit, ms] = units.find(([, each]) => passed >= each) ?? ['second', 1_000];
  return relative.format(-Math.floor(passed / ms), unit);
}

/** Formats a receipt as it is printed: "K7Q-2MF". Case, spaces and hyphens are ignored; O is read as 0, I and L as 1. */
export function receiptOf(typed: string): string {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return code.length === 6 ? `${code.slice(0, 3)}-${code.slice(3)}` : code;
}

/** Whether a text is a complete receipt in the printed form. */
export function isReceipt(code: string): boolean {
  return /^[0-9A-HJ-KM-NP-TV-Z]{3}-[0-9A-HJ-KM-NP-TV-Z]{3}$/.test(code);
}
