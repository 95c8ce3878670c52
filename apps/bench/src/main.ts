/**
 * Usher beside its peers: one run, one table. Usage: `npm run bench [-- OPTIONS]`; the options stand in the README.
 *
 * Everything runs on loopback, in processes that end with this one, and with data in a temporary folder that goes with them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { endAllChildren } from './child.ts';
import { measure } from './measure.ts';
import type { Measurement } from './measurement.ts';
import { measurementNamed, measurements } from './measurements/all.ts';
import { installPeers } from './peers.ts';
import { invitePeople } from './people.ts';
import { drawProfile } from './profile/draw-profiles.ts';
import { reasonOf } from './reason-of.ts';
import { resultOf } from './report/result.ts';
import { summary } from './report/summary.ts';
import { writeReport } from './report/write.ts';
import { readArguments, type RunArguments } from './run-arguments.ts';
import { root } from './server.ts';

/** For tickets at the pace of the fullest rounds; each of them has five sessions. */
const people = { full: 120, quick: 40 };

const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'));
// Whatever is temporary lies in there, here and in the children.
process.env['TMPDIR'] = folder;

const ending = new AbortController();
async function end(code: number): Promise<never> {
  ending.abort();
  await endAllChildren();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!ending.signal.aborted) void end(128 + constants.signals[signal]);
  });
}

try {
  const args = readArguments(process.argv.slice(2), root);
  const wanted = args.only.length === 0 ? measurements : args.only.map(measurementNamed);
  await installPeers();
  await run(args, wanted);
  await end(0);
} catch (error) {
  // A run that was ended loses its children, and whatever waited for them says so.
  if (!ending.signal.aborted) {
    process.stderr.write(`${reasonOf(error)}\n`);
    await end(1);
  }
}

async function run(
  { quick, rounds, out, peers, profile }: RunArguments,
  wanted: readonly Measurement[],
): Promise<void> {
  const begun = performance.now();
  const note = (text: string): void => {
    process.stderr.write(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
  note('signing people in …');
  const invited = await invitePeople(quick ? people.quick : people.full);
  const order = measurements.map(({ name }) => name);
  for (const measurement of wanted) {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    note(`${measurement.name}, ${count} rounds …`);
    const taking = {
      ...measurement,
      peers: measurement.peers.filter((peer) => peers.length === 0 || peers.includes(peer)),
    };
    const made = await measure(taking, { rounds: count, quick, people: invited, profile, signal: ending.signal });
    const result = resultOf(measurement, made, count, new Date());
    process.stdout.write(summary(result));
    if (profile !== undefined && taking.peers.includes('usher')) drawProfile(profile, measurement);
    // After each, so that a run that is ended keeps what it has.
    note(`written to ${relative(process.cwd(), writeReport(out, quick, [result], order))}`);
  }
}
