/** The logger that this package needs, compatible with pino. No secret and no message text is ever logged. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function nothing(): void {
  // Without a logger this package logs nothing.
}

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
