import { language } from '../texts/language.ts';
import { roomTexts } from '../texts/room.ts';
import { once } from '../ui/once.ts';
import { sameDay } from './rows.ts';

/** Dates are in the language of the texts, in the regional format of the user's browser, such as en-GB or en-US. */
const locale =
  globalThis.navigator.languages.find((each) => each.startsWith(language)) ?? (language === 'en' ? 'en-GB' : language);

// Created lazily: the first formatter loads the locale data, which would slow down page load.
const clock = once(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }));
const day = once(() => new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }));
const shortDay = once(() => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }));
const dayOfYear = once(() => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' }));
const moment = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }));
const exact = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }));

/** Formats as "14:05". */
export function timeOf(at: number): string {
  return clock().format(at);
}

/** Formats as "14:05" for today, otherwise as "23 Nov". */
export function sinceOf(at: number, now: number): string {
  return sameDay(at, now) ? timeOf(at) : shortDay().format(at);
}

/** Formats as "23 Nov 2026, 14:05". */
export function dateOf(at: number): string {
  return moment().format(at);
}

/** Formats as "Monday 23 November 2026 at 14:05:09". */
export function momentOf(at: number): string {
  return exact().format(at);
}

/** Formats as "Today", "Yesterday", "Monday 23 November", or "23 November 2025" for another year. */
export function dayOf(at: number, now: number): string {
  if (sameDay(at, now)) return roomTexts.today;
  const yesterday = new Date(now);
  // Uses the calendar, because a day can have 23 or 25 hours.
  yesterday.setDate(yesterday.getDate() - 1);
  if (sameDay(at, yesterday.getTime())) return roomTexts.yesterday;
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? day() : dayOfYear()).format(at);
}
