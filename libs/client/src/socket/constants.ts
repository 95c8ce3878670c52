/** The fixed numbers of a socket. esbuild inlines them only because this module imports no code. */
import type { closeCodes } from '@usher/protocol';

type CodeOf<N> = Extract<(typeof closeCodes)[number], { readonly name: N }>['code'];
export const sessionEnded: CodeOf<'session_ended'> = 4501;
export const rateLimitAbused: CodeOf<'rate_limit_abused'> = 4029;
export const serviceRestart: CodeOf<'service_restart'> = 1012;

/** After a server restart, clients spread their ticket calls over at least this time. Their slots then spread the handshakes. */
export const restartSpreadMs = 3_000;

/** The minimum delay before a planned renewal of the lease. It limits the rate if the clocks of client and server differ. */
export const minRenewalDelayMs = 30_000;
/** The delay before another attempt after a failed renewal, and the largest random delay that is added. */
export const renewalRetryMs = 1_000;
export const renewalJitterMs = 20_000;

/** The limit for pending requests. It is lower than the server's limit of 256, so the client rejects excess requests itself. */
export const maxPending = 200;
