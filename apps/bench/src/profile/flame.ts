import { escapeXml } from '../report/escape-xml.ts';
import type { Call } from './cpu-profile.ts';
import { kindOf } from './shares.ts';

const width = 1_200;
const rowHeight = 17;
const headHeight = 30;
/** Narrower ones are left out: they could not be read. */
const narrowest = 2;
/** A letter in the picture's font. */
const letter = 6.4;
/** One for each kind that `kindOf` knows, and more. */
const colours = [
  '#8ecae6',
  '#ffb703',
  '#a7c957',
  '#f4a6b8',
  '#cdb4db',
  '#f2cc8f',
  '#4cc9c0',
  '#e5989b',
  '#d9d9d9',
  '#ff9f6b',
  '#c0e86b',
  '#b08968',
  '#7aa5ff',
  '#f07ae0',
];

/**
 * A CPU profile as a picture: callers above, what they called below them, the width of each is its time. Colours tell the kinds of
 * work apart, as in `sharesOf`.
 */
export function flame(title: string, all: Call): string {
  const boxes: string[] = [];
  const kinds: string[] = [];
  let deepest = 0;

  function colourOf(call: Call): string {
    const kind = kindOf(call);
    if (!kinds.includes(kind)) kinds.push(kind);
    return colours[kinds.indexOf(kind) % colours.length] ?? '#ccc';
  }

  function draw(call: Call, left: number, depth: number): void {
    let x = left;
    for (const callee of [...call.callees.values()].sort((one, other) => other.total - one.total)) {
      const wide = (callee.total / all.total) * width;
      if (wide < narrowest) break;
      deepest = Math.max(deepest, depth);
      boxes.push(box(callee, { x, wide, depth, colour: colourOf(callee), share: callee.total / all.total }));
      draw(callee, x, depth + 1);
      x += wide;
    }
  }

  if (all.total > 0) draw(all, 0, 0);
  const height = headHeight + (deepest + 1) * rowHeight + 6;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>
  text { font: 11px ui-monospace, monospace; fill: #1f2328; pointer-events: none }
  .title { font: 600 14px system-ui, sans-serif }
  rect { stroke: #fff; stroke-width: 0.5 }
  @media (prefers-color-scheme: dark) { .title { fill: #f0f6fc } rect { stroke: #0d1117 } }
</style>
<text class="title" x="0" y="17">${escapeXml(title)}</text>
${boxes.join('\n')}
</svg>
`;
}

interface Box {
  readonly x: number;
  readonly wide: number;
  readonly depth: number;
  readonly colour: string;
  readonly share: number;
}

function box({ name, place }: Call, { x, wide, depth, colour, share }: Box): string {
  const y = headHeight + depth * rowHeight;
  const words = `${name} ${place}`.trim();
  const letters = Math.floor((wide - 4) / letter);
  const label =
    letters < 3 ? '' : `<text x="${tenth(x + 2)}" y="${y + 12}">${escapeXml(words.slice(0, letters))}</text>`;
  const told = `${words}: ${tenth(share * 100)} %`;
  return `<g><title>${escapeXml(told)}</title><rect x="${tenth(x)}" y="${y}" width="${tenth(wide)}" height="${rowHeight}" fill="${colour}"/>${label}</g>`;
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10);
}
