/**
 * Preloaded in every peer: collects garbage on SIGCONT, so that resident memory excludes garbage. No peer uses this signal
 * for anything else.
 */
process.on('SIGCONT', () => (globalThis.Bun === undefined ? globalThis.gc() : globalThis.Bun.gc(true)));
