#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArguments, usage, UsageError } from './arguments.ts';
import { examine } from './doctor/examine.ts';
import type { Check } from './doctor/report.ts';
import { readSecret } from './secrets.ts';

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`usher: ${error.message}\nusher: --help lists the options\n`);
  return 1;
});

/** Resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const { user, json, caFile, ...options } = parsed;
  const streams = { env: process.env, input: process.stdin, output: process.stderr };
  const access =
    user === undefined
      ? { token: await readSecret('USHER_TOKEN', streams) }
      : { credentials: { user, password: await readSecret('USHER_PASSWORD', streams) } };
  const ca = caFile === undefined ? undefined : readCertificates(caFile);
  const report = await examine({ ...options, access, ca }, json ? undefined : print);
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(report.ok ? 'All checks passed.\n' : 'Change the settings above and run this again.\n');
  return report.ok ? 0 : 1;
}

function print(check: Check): void {
  process.stdout.write(`${check.status.padEnd(8)} ${check.name.padEnd(12)} ${check.message}\n`);
  if (check.status === 'failed') process.stdout.write(`${' '.repeat(22)}${check.culprit}: ${check.fix}\n`);
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `invalid --ca ${JSON.stringify(file)}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`,
    );
  }
}
