import { peerTitles } from '../peer-names.ts';
import { escapeXml } from './escape-xml.ts';
import { measured, ratio } from './numbers.ts';
import type { Report } from './report.ts';
import type { Result, Row } from './result.ts';

const width = 860;
const labelWidth = 230;
const barWidth = 430;
const barHeight = 16;
const rowHeight = 22;
const headHeight = 44;
const gap = 18;

/** Every measurement of several peers as a group of bars, the medians, with the range of the rounds as a line through the end. */
export function svg({ results }: Report): string {
  const groups: string[] = [];
  let top = gap;
  for (const result of results.filter(({ rows }) => rows.length > 1)) {
    groups.push(group(result, top));
    top += headHeight + result.rows.length * rowHeight + gap;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" role="img" aria-label="Usher beside its peers">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .note, .value { fill: #59636e }
  .bar { fill: #8c959f }
  .usher { fill: #0969da }
  .range { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note, .value { fill: #9198a1 }
    .bar { fill: #6e7681 }
    .usher { fill: #4493f8 }
    .range { stroke: #f0f6fc }
  }
</style>
${groups.join('\n')}
</svg>
`;
}

function group({ title, unit, better, rows }: Result, top: number): string {
  const longest = Math.max(...rows.map(({ figures }) => figures.max));
  const scale = (value: number): number => Math.round((value / longest) * barWidth * 10) / 10;
  const lines = rows.map((row, at) => bar(row, at === 0, top + headHeight + at * rowHeight, scale));
  return [
    `<text class="title" x="0" y="${top + 13}">${escapeXml(plain(title))}</text>`,
    `<text class="note" x="0" y="${top + 31}">${escapeXml(unit)}, ${better} is better</text>`,
    ...lines,
  ].join('\n');
}

function bar(row: Row, isFirst: boolean, top: number, scale: (value: number) => number): string {
  const { min, median, max } = row.figures;
  const middle = top + barHeight / 2;
  const kind = row.peer === 'usher' ? 'bar usher' : 'bar';
  const share = isFirst ? '1.00' : row.ratio === undefined ? '' : ratio(row.ratio);
  return [
    `<text x="${labelWidth - 8}" y="${top + 13}" text-anchor="end">${escapeXml(plain(peerTitles[row.peer]))}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${top}" width="${scale(median)}" height="${barHeight}" rx="2"/>`,
    `<line class="range" x1="${labelWidth + scale(min)}" x2="${labelWidth + scale(max)}" y1="${middle}" y2="${middle}"/>`,
    `<text class="value" x="${labelWidth + barWidth + 10}" y="${top + 13}">${measured(median)} · ${share}</text>`,
  ].join('\n');
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
