import type { Row } from './rows.ts';

/** As message-item.scss has it, in px: a line of text, what a bubble has above and below it, and what a group has on top. */
const linePx = 21;
const bubblePx = 17;
const groupPx = { others: 29, own: 9 };
const dayPx = 44;
const freshPx = 35;
/** An average character, and the widest text of a bubble. */
const characterPx = 7.2;
const widestPx = 552;

/**
 * About how high a row will be (px) in a list so wide, before it was ever shown. It only decides how long the scroll bar is and how
 * far a jump goes; what is shown is measured.
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
