import type { Row } from './rows.ts';

/** Sizes from message-item.scss in px: a line of text, the padding of a bubble and the space above a group. */
const linePx = 21;
const bubblePx = 17;
const groupPx = { others: 29, own: 9 };
const dayPx = 44;
const freshPx = 35;
/** An average character, and the maximum width of a bubble. */
const characterPx = 7.2;
const widestPx = 552;

/**
 * Estimates the height of a row (px) for a given list width, before it was rendered. The estimate only affects the scroll bar and the
 * distance of a jump; rendered rows are measured.
 */
export function estimateIn(listPx: number): (row: Row) => number {
  const perLine = Math.max(16, Math.floor(Math.min(widestPx, 0.82 * listPx) / characterPx));
  return (row) => {
    if (row.kind === 'day') return dayPx;
    if (row.kind === 'fresh') return freshPx;
    const { message, first, own } = row;
    let lines = 0;
    for (const line of message.text.split('\n')) lines += Math.max(1, Math.ceil(line.length / perLine));
    return bubblePx + lines * linePx + (first ? groupPx[own ? 'own' : 'others'] : 0);
  };
}
