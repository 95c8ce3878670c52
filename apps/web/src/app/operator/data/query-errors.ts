import { Disconnected, RequestFailed, TimedOut } from '@usher/client';
import { consoleTexts } from '../../texts/operator.ts';

/** Describes why a query failed. */
export function queryErrorText(error: unknown): string {
  if (error instanceof TimedOut) return consoleTexts.failures.timeout;
  if (error instanceof Disconnected) return consoleTexts.failures.disconnected;
  if (!(error instanceof RequestFailed)) return consoleTexts.failures.other;
  switch (error.code) {
    case 'store_unavailable':
      return consoleTexts.failures.store;
    case 'not_found':
      return consoleTexts.failures.notFound;
    case 'rate_limited':
      return consoleTexts.failures.rate;
    default:
      return consoleTexts.failures.other;
  }
}
