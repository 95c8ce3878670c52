import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { peerTitles } from '../peers.ts';
import { measured, ratio } from './markdown.ts';
import type { Result } from './result.ts';

/** Renders every measurement with at least two peers as a bar chart in SVG: the median, and a line for the range of the rounds. */
export function svg(results: readonly Result[]): Promise<string> {
  const spec: TopLevelSpec = {
    background: 'white',
    config: { view: { stroke: null }, title: { anchor: 'start', frame: 'group' }, axis: { labelLimit: 300 } },
    vconcat: results.filter(({ rows }) => rows.length > 1).map(chart),
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

function chart({ title, unit, better, rows }: Result): Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number] {
  const values = rows.map(({ peer, figures, ratio: share = 1 }) => ({
    peer: plain(peerTitles[peer]),
    ...figures,
    label: `${measured(figures.median)} · ${ratio(share)}`,
  }));
  return {
    title: { text: plain(title), subtitle: `${unit}, ${better} is better` },
    width: 430,
    height: { step: 22 },
    data: { values },
    encoding: { y: { field: 'peer', type: 'nominal', sort: null, title: null } },
    layer: [
      {
        mark: 'bar',
        encoding: {
          x: { field: 'median', type: 'quantitative', axis: null },
          color: {
            condition: { test: `indexof(datum.peer, '${peerTitles.usher}') === 0`, value: '#0969da' },
            value: '#8c959f',
          },
        },
      },
      { mark: 'rule', encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } } },
      { mark: { type: 'text', align: 'left' }, encoding: { x: { value: 440 }, text: { field: 'label' } } },
    ],
  };
}

/** @returns `text` without Markdown's backticks */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
