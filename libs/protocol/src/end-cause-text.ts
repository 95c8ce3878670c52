/**
 * Returns the cause in a close reason or in a problem's `detail`, or `undefined` if the text has none. A newer server may
 * send a cause that is not in `endCauses`, so callers that map causes to UI texts need a fallback.
 */
export function parseEndCause(text: string | undefined): string | undefined {
  return /^(?:session ended: )?([a-z_]+)$/.exec(text ?? '')?.[1];
}
