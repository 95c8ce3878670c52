import { connectionTexts } from '../texts/connection.ts';

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
