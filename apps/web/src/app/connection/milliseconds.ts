import { connectionTexts } from '../texts/connection.ts';

const { milliseconds: ms, seconds, minutes } = connectionTexts;

/** A span of time as it is best read: "3.2 ms", "48 ms", "3.6 s", "20 s", "12 min". */
export function milliseconds(span: number): string {
  if (span < 10) return ms(span.toFixed(1));
  if (span < 1_000) return ms(span.toFixed(0));
  if (span < 10_000) return seconds((span / 1_000).toFixed(1));
  return span < 120_000 ? seconds((span / 1_000).toFixed(0)) : minutes((span / 60_000).toFixed(0));
}
