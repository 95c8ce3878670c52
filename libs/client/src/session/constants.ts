/** The fixed numbers of a session. esbuild inlines them only because this module imports no code. */

/** The tolerated clock difference between two tabs, in ms. A larger one means that the clock was changed. */
export const toleranceMs = 5_000;

/**
 * How long a tab that waited for the lock also waits for the token of the tab that held it. The wait is useless only if that tab
 * received no token.
 */
export const sharedTokenMs = 1_000;

/** How many recent tokens of the session are kept, because pending calls may still use them. */
export const maxKnown = 8;
