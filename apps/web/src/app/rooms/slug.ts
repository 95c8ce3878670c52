/**
 * The address of a room made from its title: `[a-z0-9-]{1,64}`. Undefined where the title has no letter or digit that could
 * stand in an address (a title in another script is a good title all the same).
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

/** An address for a title that gives none. */
export function randomSlug(): string {
  return `room-${crypto.randomUUID().slice(0, 8)}`;
}
