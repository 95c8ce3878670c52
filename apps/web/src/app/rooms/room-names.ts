/**
 * Derives a room name from its title: `[a-z0-9-]{1,64}`. Returns undefined if the title has no letter or digit that can be used, for
 * example a title in another script.
 */
export function slugOf(title: string): string | undefined {
  const slug = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? undefined : slug;
}

/** A random name for a title from which none can be derived. */
export function randomSlug(): string {
  return `room-${crypto.randomUUID().slice(0, 8)}`;
}

/** Folds a text for search: lower case, without accents. */
export function folded(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
