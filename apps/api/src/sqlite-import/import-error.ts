/** The import cannot begin or continue. The message names the reason and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
