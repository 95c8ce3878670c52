/**
 * Compares Usher with its peers. Usage: `npm run bench [-- OPTIONS]`. The README lists the options.
 *
 * All traffic stays on loopback. All processes end with this one, and data is stored in a temporary folder.
 */
import { relative } from 'node:path';
import { measure } from './measure.ts';
import { measurementNamed, measurements } from './measurements/all.ts';
import { installPeers } from './peers.ts';
import { createAccounts, accountCount } from './accounts.ts';
import { runBench, startProgress } from './process.ts';
import { summarizeProfile } from './profile/profile.ts';
import { summary, writeReport } from './report/report.ts';
import { resultOf } from './report/result.ts';
import { readArguments } from './run-arguments.ts';
import { root } from './server.ts';

await runBench(async (_, signal) => {
  const { quick, rounds, out, peers, profile, only } = readArguments(process.argv.slice(2), root);
  const selected = only.length === 0 ? measurements : only.map(measurementNamed);
  await installPeers();
  const progress = startProgress();
  progress('creating test users …');
  const accounts = await createAccounts(accountCount(quick));
  const order = measurements.map(({ name }) => name);
  for (const measurement of selected) {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    progress(`${measurement.name}, ${count} rounds …`);
    const filtered = {
      ...measurement,
      peers: measurement.peers.filter((peer) => peers.length === 0 || peers.includes(peer)),
    };
    const measured = await measure(filtered, { rounds: count, quick, accounts, profile, signal });
    const result = resultOf(measurement, measured, count, new Date());
    process.stdout.write(summary(result));
    if (profile !== undefined && filtered.peers.includes('usher')) await summarizeProfile(profile, measurement);
    // After each measurement, so that an interrupted run keeps its results.
    progress(`written to ${relative(process.cwd(), await writeReport(out, quick, [result], order))}`);
  }
  if (!quick) progress('to update docs/scaling.md, run npm run simulate');
});
