import type { Step } from '@usher/client';
import { language } from '../texts/language.ts';
import { stepTexts } from '../texts/connection.ts';
import { milliseconds } from './milliseconds.ts';

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
export function wordsOf({ step }: Step): string {
  const words: Readonly<Partial<Record<string, string>>> = stepTexts;
  return words[step] ?? step;
}

/** The duration, code and reason of a step, if it has any. */
export function detailOf({ ms, code, text }: Step): string {
  const parts = [ms === undefined ? undefined : milliseconds(ms), code === undefined ? undefined : String(code), text];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
