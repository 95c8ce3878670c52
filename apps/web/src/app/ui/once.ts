/** Makes something when it is first asked for, and then gives the same again: for what is dear to make and seldom wanted at once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
