/**
 * A random UUID (RFC 9562, version 4; the variant's two free bits are not used). Not `crypto.randomUUID`, which a page has only
 * over https or on localhost: people also try a server out by its address in the local network.
 */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}
