/**
 * Preloaded in every peer: on SIGCONT the garbage is collected, so that what is left is what is needed. That signal because no
 * program here does anything else with it.
 */
process.on('SIGCONT', () => (globalThis.Bun === undefined ? globalThis.gc() : globalThis.Bun.gc(true)));
