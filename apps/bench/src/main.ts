/**
 * Compares Usher with its peers. Usage: `npm run bench [-- OPTIONS]`. The README lists the options.
 *
 * Everything runs on loopback, in processes that end with this one, and with data in a temporary folder that goes with them.
 */
import { relative } from 'node:path';
import { measure } from './measure.ts';
import { measurementNamed, measurements } from './measurements/all.ts';
import { installPeers } from './peers.ts';
import { invitePeople, peopleOf } from './people.ts';
import { runBench, startNotes } from './process.ts';
import { summarizeProfile } from './profile/profile.ts';
import { summary, writeReport } from './report/report.ts';
import { resultOf } from './report/result.ts';
import { readArguments } from './run-arguments.ts';
import { root } from './server.ts';

await runBench(async (_, signal) => {
  const { quick, rounds, out, peers, profile, only } = readArguments(process.argv.slice(2), root);
  const wanted = only.length === 0 ? measurements : only.map(measurementNamed);
  await installPeers();
  const note = startNotes();
  note('signing people in …');
  const people = await invitePeople(peopleOf(quick));
  const order = measurements.map(({ name }) => name);
  for (const measurement of wanted) {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    note(`${measurement.name}, ${count} rounds …`);
    const taking = {
      ...measurement,
      peers: measurement.peers.filter((peer) => peers.length === 0 || peers.includes(peer)),
    };
    const made = await measure(taking, { rounds: count, quick, people, profile, signal });
    const result = resultOf(measurement, made, count, new Date());
    process.stdout.write(summary(result));
    if (profile !== undefined && taking.peers.includes('usher')) await summarizeProfile(profile, measurement);
    // After each, so that a run that is ended keeps what it has.
    note(`written to ${relative(process.cwd(), await writeReport(out, quick, [result], order))}`);
  }
  if (!quick) note('docs/scaling.md follows from these results: npm run simulate');
});
