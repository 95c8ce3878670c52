import type { UsherOptions } from '@usher/server';
import { expect } from 'vitest';
import { examine } from '../doctor/examine.ts';
import type { DoctorOptions } from '../doctor/options.ts';
import type { Report } from '../doctor/report.ts';
import { type Fault, startProxy } from './start-proxy.ts';
import { pageOrigin, startServer, token } from './start-server.ts';

export interface Setup {
  readonly fault?: Fault;
  readonly server?: Partial<UsherOptions>;
  readonly options?: Partial<DoctorOptions>;
}

/** Examines a real server behind a proxy with a fault. No report may contain the token or the query of a URL. */
export async function examineBehind({ fault = {}, server, options }: Setup = {}): Promise<Report> {
  const url = await startProxy(await startServer(server), fault);
  return examineAt(url, options);
}

export async function examineAt(url: URL, options: Partial<DoctorOptions> = {}): Promise<Report> {
  const report = await examine({ url, access: { token }, origin: pageOrigin, ...options });
  expect(JSON.stringify(report)).not.toContain(token);
  expect(JSON.stringify(report)).not.toContain('ticket=');
  return report;
}

/** The failed checks, each with its culprit. */
export function failures({ checks }: Report): string[][] {
  return checks.flatMap((check) => (check.status === 'failed' ? [[check.name, check.culprit]] : []));
}
