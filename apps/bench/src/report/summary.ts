import { measured, ratio } from './numbers.ts';
import type { Result } from './result.ts';

/** The CPU use of other programs from which the summary mentions it. */
const muchCores = 0.2;

/** Formats a result for the terminal. */
export function summary({ title, unit, rows, goals, better }: Result): string {
  const lines = rows.map((row) => {
    const { min, median, max } = row.figures;
    const range = `${measured(median)} (${measured(min)} – ${measured(max)})`.padEnd(32);
    const share = (row.ratio === undefined ? '' : ratio(row.ratio)).padStart(6);
    const others = (row.otherCores ?? 0) < muchCores ? '' : `, others took ${ratio(row.otherCores ?? 0)} cores`;
    return `  ${row.peer.padEnd(18)} ${range} ${share}  saturated: ${row.saturated}${others}`;
  });
  const goalResults = goals.map(({ to, bound, reached, met }) => {
    const side = better === 'more' ? 'at least' : 'at most';
    return `  ${met ? 'met:' : 'NOT met:'} ${side} ${bound}${to === undefined ? '' : ` × ${to}`}, reached ${reached === undefined ? 'nothing' : measured(reached)}`;
  });
  return `\n${title} (${unit})\n${[...lines, ...goalResults].join('\n')}\n\n`;
}
