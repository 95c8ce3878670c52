import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const categories = ['performance', 'accessibility', 'best-practices'] as const;
export type Scores = Readonly<Record<(typeof categories)[number], number>>;

export interface Audit {
  /** 0 to 100. */
  readonly scores: Scores;
  /** The audits that cost points, as Lighthouse describes them. */
  readonly faults: readonly string[];
  /** Lighthouse's benchmark index of this machine: scores with different values are not comparable. */
  readonly machine: number;
}

interface Report {
  readonly environment: { readonly benchmarkIndex: number };
  readonly categories: Readonly<
    Record<
      string,
      { readonly score: number | null; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] }
    >
  >;
  readonly audits: Readonly<
    Record<string, { readonly title: string; readonly score: number | null; readonly displayValue?: string }>
  >;
}

const cli = join(import.meta.dirname, '../../tools/lighthouse/node_modules/lighthouse/cli/index.js');

/** Returns the median of three runs by performance, because single runs differ by several points (Lighthouse, docs/variability.md). */
export async function medianAudit(url: string, port: number, device: 'phone' | 'desktop'): Promise<Audit> {
  const audits: Audit[] = [];
  for (let n = 0; n < 3; n += 1) audits.push(await audit(url, port, device));
  audits.sort((one, other) => one.scores.performance - other.scores.performance);
  const [, middle] = audits;
  if (middle === undefined) throw new Error('Lighthouse returned no audit');
  return middle;
}

/** Runs Lighthouse on a page in the browser that listens on `port`, with the user who is signed in there. */
async function audit(url: string, port: number, device: 'phone' | 'desktop'): Promise<Audit> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-lighthouse-'));
  const file = join(folder, 'report.json');
  const args = [
    cli,
    url,
    `--port=${port}`,
    `--only-categories=${categories.join(',')}`,
    '--disable-storage-reset',
    '--output=json',
    `--output-path=${file}`,
    '--quiet',
    '--no-enable-error-reporting',
    ...(device === 'desktop' ? ['--preset=desktop'] : []),
  ];
  try {
    await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
    return read(JSON.parse(await readFile(file, 'utf8')) as Report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function read(report: Report): Audit {
  const score = (name: string): number => Math.round((report.categories[name]?.score ?? 0) * 100);
  const faults = categories.flatMap((name) =>
    (report.categories[name]?.auditRefs ?? []).flatMap(({ id, weight }) => {
      const found = report.audits[id];
      if (weight === 0 || found === undefined || found.score === null || found.score >= 0.9) return [];
      return [`${name}: ${found.title} ${found.displayValue ?? ''}`.trim()];
    }),
  );
  return {
    scores: {
      performance: score('performance'),
      accessibility: score('accessibility'),
      'best-practices': score('best-practices'),
    },
    faults,
    machine: Math.round(report.environment.benchmarkIndex),
  };
}
