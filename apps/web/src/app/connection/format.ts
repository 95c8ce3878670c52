import type { Step } from '@usher/client';
import { connectionTexts, stepTexts } from '../texts/connection.ts';
import { language } from '../texts/language.ts';

const { milliseconds: ms, seconds, minutes, hours } = connectionTexts;

/** Formats a time span: "3.2 ms", "48 ms", "3.6 s", "20 s", "12 min". */
export function milliseconds(span: number): string {
  if (span < 10) return ms(span.toFixed(1));
  if (span < 1_000) return ms(span.toFixed(0));
  if (span < 10_000) return seconds((span / 1_000).toFixed(1));
  return span < 120_000 ? seconds((span / 1_000).toFixed(0)) : minutes((span / 60_000).toFixed(0));
}

/** Formats how long something has lasted, in whole units that count up: "0 s", "59 s", "12 min", "3 h". */
export function elapsed(span: number): string {
  const whole = Math.max(0, Math.floor(span / 1_000));
  if (whole < 120) return seconds(String(whole));
  return whole < 7_200 ? minutes(String(Math.floor(whole / 60))) : hours(String(Math.floor(whole / 3_600)));
}

/** Formats milliseconds as "29:05" or "1:29:05". Negative values give "0:00". */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = two(seconds % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes)}:${rest}`;
}

const clock = new Intl.DateTimeFormat(language, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Formats a time as "14:05:09". */
export function clockOf(at: number): string {
  return clock.format(at);
}

/** Describes a step. A step without a text is shown by its name. */
export function stepText({ step }: Step): string {
  const texts: Readonly<Partial<Record<string, string>>> = stepTexts;
  return texts[step] ?? step;
}

/** The duration, code and reason of a step, if it has any. */
export function detailOf({ ms, code, text }: Step): string {
  const parts = [ms === undefined ? undefined : milliseconds(ms), code === undefined ? undefined : String(code), text];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** Returns the SVG path of a line through the values, in a box of the given size. The latest value is at the right edge. */
export function sparkline(values: readonly number[], slots: number, width: number, height: number): string {
  if (values.length === 0) return '';
  // The scale starts at zero, so that small differences do not look large.
  const most = Math.max(...values, 1);
  const step = width / (slots - 1);
  const from = slots - values.length;
  return values
    .map((value, index) => {
      const x = (from + index) * step;
      const y = height - (value / most) * height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
