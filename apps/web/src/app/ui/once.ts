/** Returns a function that creates a value on the first call and returns the same value on later calls. */
export function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
