/**
 * One form for what looks the same however it was typed: keyboards of different systems send `é` as one code point or as two.
 * NFC, as NIST SP 800-63B-4 §3.1.1.2 wants it before hashing.
 */
export function normalPassword(password: string): string {
  return password.normalize('NFC');
}
