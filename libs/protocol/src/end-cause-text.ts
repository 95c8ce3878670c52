/**
 * The cause that a close reason or a problem's `detail` carries. It may be one that this version does not know: whoever has words
 * for causes looks whether there are any for this one.
 */
export function endCauseOf(text: string | undefined): string | undefined {
  return /^(?:session ended: )?([a-z_]+)$/.exec(text ?? '')?.[1];
}
