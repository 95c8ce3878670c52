import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../measurement.ts';
import { readProfile } from './cpu-profile.ts';
import { flame } from './flame.ts';
import { type Share, sharesOf } from './shares.ts';

/** What the profile of a measurement is called, in its folder. */
export function profileName({ name }: Pick<Measurement, 'name'>): string {
  return `${name}.cpuprofile`;
}

type Shares = Readonly<Record<string, { readonly title: string; readonly shares: readonly Share[] }>>;

/**
 * Draws the profile that a measurement left in a folder, and adds to its table whose time it was (`profiles.json`, `profiles.md`).
 * @throws Error when there is none.
 */
export function drawProfile(folder: string, measurement: Pick<Measurement, 'name' | 'title'>): void {
  const { name, title } = measurement;
  const calls = readProfile(join(folder, profileName(measurement)));
  writeFileSync(join(folder, `${name}.flame.svg`), flame(title, calls));
  const file = join(folder, 'profiles.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Shares) : {};
  const shares: Shares = { ...before, [name]: { title, shares: sharesOf(calls) } };
  writeFileSync(file, `${JSON.stringify(shares, undefined, 2)}\n`);
  writeFileSync(join(folder, 'profiles.md'), page(shares));
}

function page(all: Shares): string {
  const parts = Object.entries(all).map(([name, { title, shares }]) =>
    [
      `## ${title}`,
      '',
      '| of the server’s work | |',
      '| --- | ---: |',
      ...shares.map(({ kind, share }) => `| ${kind} | ${(share * 100).toFixed(1)} % |`),
      '',
      `![Flame graph of ${name}](${name}.flame.svg)`,
      '',
    ].join('\n'),
  );
  return `# Where the time goes

Made by \`npm run bench -- --peer usher --profile FOLDER --out FOLDER\`. CPU time of Usher's process while it is loaded, without its start, by what did
the work itself. A profiled server is slower, so figures come from runs without.

${parts.join('\n')}`;
}
