/** How often a drain closes its next few. */
const stepMs = 50;

/**
 * Hands every item to `close`, spread evenly over `durationMs` (all at once for 0). Resolves after the last.
 * `items` are read as their turn comes, so what is gone by itself costs nothing.
 */
export async function spread<T>(items: readonly T[], durationMs: number, close: (item: T) => void): Promise<void> {
  const steps = Math.max(1, Math.floor(durationMs / stepMs));
  let done = 0;
  for (let step = 1; step <= steps && done < items.length; step++) {
    const upTo = Math.ceil((items.length * step) / steps);
    for (const item of items.slice(done, upTo)) close(item);
    done = upTo;
    if (done < items.length) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, stepMs);
      });
    }
  }
}
