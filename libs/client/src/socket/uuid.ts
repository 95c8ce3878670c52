/**
 * Returns a random UUID (RFC 9562, version 4; the two free bits of the variant are fixed). `crypto.randomUUID` is not used because
 * it is missing on pages that are loaded over http from an address other than localhost.
 */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}
