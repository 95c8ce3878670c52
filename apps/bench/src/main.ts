/**
 * Compares Usher with its peers. Usage: `npm run bench [-- OPTIONS]`. The README lists the options.
 *
 * All traffic stays on loopback. All processes end with this one, and data is stored in a temporary folder.
 */
import { chmodSync } from 'node:fs';
import { relative } from 'node:path';
import { measure } from './measure.ts';
import { type Measurement, subjectOf } from './measurement.ts';
import { clusterMeasurements, measurementNamed, measurements } from './measurements/all.ts';
import { installPeers } from './peers.ts';
import { accountCount, clusterAccountCount, createAccounts } from './accounts.ts';
import { startPostgres } from './cluster/services.ts';
import { runBench, startProgress } from './process.ts';
import { summarizeProfile } from './profile/profile.ts';
import { summary, writeReport } from './report/report.ts';
import { resultOf } from './report/result.ts';
import { readArguments } from './run-arguments.ts';
import { root } from './server.ts';

await runBench(async (folder, signal) => {
  const args = readArguments(process.argv.slice(2), root);
  const { quick, rounds, out, peers, profile, only } = args;
  const group = args.cluster ? clusterMeasurements : measurements;
  const selected = only.length === 0 ? group : only.map(measurementNamed);
  await installPeers();
  const progress = startProgress();
  progress('creating test users …');
  const isCluster = (measurement: Measurement): boolean => clusterMeasurements.includes(measurement);
  const single = selected.every(isCluster) ? undefined : await createAccounts(accountCount(quick));
  const cluster = selected.some(isCluster) ? await createClusterAccounts(folder, quick) : undefined;
  for (const measurement of selected) {
    const count = rounds ?? (quick ? measurement.rounds.quick : measurement.rounds.full);
    progress(`${measurement.name}, ${count} rounds …`);
    const filtered = {
      ...measurement,
      peers: measurement.peers.filter((peer) => peers.length === 0 || peers.includes(peer)),
    };
    const inCluster = isCluster(measurement);
    const accounts = inCluster ? cluster?.accounts : single;
    if (accounts === undefined) throw new TypeError('the measurement has no accounts');
    const measured = await measure(filtered, { rounds: count, quick, accounts, cluster, profile, signal });
    const result = resultOf(measurement, measured, count, new Date());
    process.stdout.write(summary(result));
    if (profile !== undefined && filtered.peers.includes(subjectOf(measurement))) {
      await summarizeProfile(profile, measurement);
    }
    // After each measurement, so that an interrupted run keeps its results.
    const order = (inCluster ? clusterMeasurements : measurements).map(({ name }) => name);
    const file = await writeReport(out, { quick, cluster: inCluster }, [result], order);
    progress(`written to ${relative(process.cwd(), file)}`);
  }
  if (!quick) progress('to update docs/scaling.md, run npm run simulate');
});

/**
 * Starts PostgreSQL, which ends with this process, and creates the accounts in a database that the deployments copy.
 *
 * @param folder the temporary folder of this process
 */
async function createClusterAccounts(folder: string, quick: boolean) {
  // PostgreSQL does not run as root. As another user, it must reach its own folder in this one.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  const postgres = await startPostgres();
  const template = await postgres.newDatabase();
  const accounts = await createAccounts(clusterAccountCount(quick), template);
  return { postgres, template, accounts };
}
